"""Signing in: every way in ends here, so that none can skip the second factor."""

import msgspec
import structlog

from parley import mail
from parley.accounts import agents, devices, second_step, sessions
from parley.accounts.states import RETURN
from parley.core import db, ratelimit
from parley.core.http.access import Viewer
from parley.core.settings import settings

log = structlog.get_logger(__name__)

# How a member can prove who they are. A mailed link (`link`, `reset`) proves only who reads the mailbox.
PASSWORD, LINK, RESET, SIGN_UP = "password", "link", "reset", "sign-up"
APP, RECOVERY_CODE = "app", "recovery-code"
# Another site said who they are, and that it asked for a second factor, too (sso/).
PROVIDER, PROVIDER_SECOND = "provider", "provider-second"
SECOND = frozenset({APP, RECOVERY_CODE, PROVIDER_SECOND})
# The other site may have asked hours ago, so it is no step-up.
PROVES = frozenset({PASSWORD, APP, RECOVERY_CODE})

ENTERING = """
select name, email, role, password_hash, exists (select from authenticator where member = member.id) as has_second
from member where id = $1
"""


class Client(msgspec.Struct, frozen=True):
    """The browser that makes a request, as far as sessions and limits need it."""

    agent: str
    address: str
    viewer: Viewer | None = None
    # The value of its device cookie.
    device: str = ""

    @property
    def network(self) -> str:
        return ratelimit.network(self.address)


class SignedIn(msgspec.Struct, frozen=True):
    member: int
    role: str
    token: str
    device: str


class SecondNeeded(msgspec.Struct, frozen=True):
    """The first factor was right, and the member has a second one. `ticket` is the cookie for the next page."""

    member: int
    ticket: str


class Entering(msgspec.Struct, frozen=True):
    """A member who signs in."""

    name: str
    email: str
    role: str
    password_hash: str | None
    has_second: bool


async def signed_in(member: int, methods: frozenset[str], client: Client) -> SignedIn | SecondNeeded:
    """Start a session in this browser, and end the one that it had; or ask for the second factor first.

    A member who left comes back. `methods` are those by which the member just proved who they are.
    """
    found = await db.fetch_one(Entering, ENTERING, member)
    if found is None:
        raise LookupError(member)
    if found.has_second and not methods & SECOND:
        return SecondNeeded(member, second_step.issue(member, methods, found.password_hash))
    await db.execute(RETURN, member)
    if client.viewer is not None:
        await sessions.end(client.viewer.session, client.viewer.id)
    proven = bool(methods & PROVES)
    token = await sessions.start(member, found.role, agent=client.agent, address=client.address, proven=proven)
    if methods & {PASSWORD, PROVIDER} and not devices.recognised(client.device, member, found.password_hash):
        await _mail_alert(found, client)
    log.info("signed in", member=member, methods=sorted(methods), network=client.network)
    return SignedIn(member, found.role, token, devices.issue(member, found.password_hash))


async def _mail_alert(found: Entering, client: Client) -> None:
    """Tell the member that somebody signed in on a browser that they did not use before."""
    link = f"{settings().base_url}/settings/security"
    context = {"name": found.name, "device": agents.device(client.agent), "link": link}
    await mail.send("device", found.email, *mail.written_message("new_device", **context))
