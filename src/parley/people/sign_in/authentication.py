"""Signing in: every way to sign in ends in `complete`, so that none can skip the second factor."""

import msgspec
import structlog

from parley.people import mail
from parley.people.accounts import sessions, user_agents
from parley.people.accounts.states import REACTIVATE_MEMBER
from parley.people.accounts.tables import FactorRecovery
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import devices, queries, sign_in_ticket
from parley.platform import db, networks, ratelimit
from parley.platform.errors import TooMany
from parley.platform.networks import Source
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

# How a member can prove who they are. A mailed link (`link`, `reset`) proves only who reads the mailbox.
PASSWORD, LINK, RESET, SIGN_UP = "password", "link", "reset", "sign-up"
APP, RECOVERY_CODE = "app", "recovery-code"
# A passkey that checked its holder, as by a fingerprint, is two factors; one that did not is something that they have.
VERIFIED_PASSKEY, PASSKEY = "verified-passkey", "passkey"
# Another site vouches for them, and says that it asked for a second factor, too (sso/).
PROVIDER, PROVIDER_SECOND = "provider", "provider-second"
FIRST = frozenset({PASSWORD, LINK, RESET, PROVIDER})
SECOND = frozenset({APP, RECOVERY_CODE, VERIFIED_PASSKEY, PROVIDER_SECOND})
# These count as a step-up. Another site may have asked for the password hours ago.
PROVES = frozenset({PASSWORD, APP, RECOVERY_CODE, VERIFIED_PASSKEY, PASSKEY})
# After these the member gets a mail about a new browser. A mailed link went to the same mailbox already.
ALERTED = frozenset({PASSWORD, PASSKEY, VERIFIED_PASSKEY, PROVIDER})


class Client(msgspec.Struct, frozen=True):
    """What sessions and limits need to know of the browser that makes a request."""

    agent: str
    address: str
    viewer: Viewer | None = None
    # The value of its device cookie.
    device: str = ""

    @property
    def source(self) -> Source:
        return networks.source(self.address)


class SignedIn(msgspec.Struct, frozen=True):
    member: int
    role: str
    token: str
    device: str


class SecondFactorNeeded(msgspec.Struct, frozen=True):
    """The first factor was right, and the member has a second one. `ticket` is the cookie for the next page."""

    member: int
    ticket: str


class SignInMember(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    role: str
    password_hash: str | None
    has_second: bool
    has_confirmed_address: bool


async def complete(member: int, methods: frozenset[str], client: Client) -> SignedIn | SecondFactorNeeded:
    """Start a session in this browser, and end the one that it had; or ask for the second factor first.

    A member who left comes back. `methods` are the ways in which they have just proved who they are.
    """
    row = await db.fetch_one(SignInMember, queries.SELECT_MEMBER, member)
    if row is None:
        raise LookupError(member)
    if row.has_second and not is_enough(methods):
        return SecondFactorNeeded(member, sign_in_ticket.issue(member, methods, row.password_hash))
    await db.execute(REACTIVATE_MEMBER, member)
    if row.has_second:
        # They have a second factor, so they need no recovery, or did not request it (factor_recovery.py).
        await FactorRecovery.delete().where(FactorRecovery.member == member)
    if client.viewer is not None:
        await sessions.end(client.viewer.session, client.viewer.id)
    proven = bool(methods & PROVES)
    token = await sessions.start(member, row.role, agent=client.agent, address=client.address, proven=proven)
    is_new = not devices.is_recognised(client.device, member, row.password_hash)
    if methods & ALERTED and is_new and row.has_confirmed_address:
        await _mail_alert(row, client)
    log.info("signed in", member=member, methods=sorted(methods), network=client.source.network)
    return SignedIn(member, row.role, token, devices.issue(member, row.password_hash))


def is_enough(methods: frozenset[str]) -> bool:
    """Whether these are two factors."""
    return bool(methods & SECOND) or (PASSKEY in methods and bool(methods & FIRST))


async def has_second(member: int) -> bool:
    """Whether the member is asked for a second factor when they sign in."""
    return bool(await db.value(queries.IS_SECOND_DUE, member))


async def _mail_alert(member: SignInMember, client: Client) -> None:
    """Notify the member of a sign-in on a browser that they have not used before, up to a limit.

    Unconfirmed addresses get no such letters: they may belong to somebody else.
    """
    try:
        await ratelimit.take(ratelimit.ALERT_ACCOUNT, str(member.id))
    except TooMany:
        return
    link = f"{settings().base_url}/settings/security"
    device = user_agents.device(client.agent)
    await mail.send_written("device", member.email, "new_device", name=member.name, device=device, link=link)
