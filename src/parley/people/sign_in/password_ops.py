"""Forgotten passwords and new ones."""

from datetime import timedelta

import structlog

from parley.people import mail
from parley.people.accounts import hooks, mailed_links, queries, sessions
from parley.people.accounts.mailed_links import LinkLimits
from parley.people.accounts.tables import Member
from parley.people.sign_in import authentication, devices, ops, passwords
from parley.people.sign_in.authentication import RESET, Client, SecondFactorNeeded, SignedIn
from parley.people.sign_in.passwords import Asker, AskerKind
from parley.platform import ratelimit
from parley.platform.db import atomic
from parley.platform.errors import Refused
from parley.platform.http.access import Viewer
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

# As long as the limit of an address needs to refill: a member who is sent no further link has one that still works.
RESET_LASTS = timedelta(hours=1)
OF_NETWORK = (ratelimit.FORGOT_NETWORK, ratelimit.FORGOT_PROVEN, ratelimit.FORGOT_HARD)
LIMITS = LinkLimits(OF_NETWORK, ratelimit.FORGOT_ALL, ratelimit.FORGOT_ADDRESS)

NOT_CURRENT = N_("This is not your current password.")


async def forgot(email: str, client: Client, next_url: str = "/", *, answer: str = "") -> None:
    """Mail a link that sets a new password, if the address belongs to a member and is below its limit.

    Afterwards it leads to `next_url`. Raises TooMany (also as ProofOfWorkNeeded) when a network asks for many links.
    """
    await mailed_links.mail_to_address(
        email, "reset", RESET_LASTS, next_url, network=client.network, limits=LIMITS, answer=answer
    )


async def reset(token: str, password: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Set a new password by the token of a link, end all sessions of the member, and start one here.

    Where they have a second factor, that is asked for first. Raises Gone when the link no longer works.
    """
    password_hash = await passwords.hash_password(password, Asker(client.site, AskerKind.PROVEN))
    async with atomic():
        owner = await mailed_links.redeem(token, "reset")
        await Member.update({Member.password_hash: password_hash}).where(Member.id == owner.id)
        await mailed_links.revoke(owner.id)
        await sessions.end_all(owner.id)
        await _mail_notice(owner.name, owner.email)
        signed_in = await authentication.complete(owner.id, frozenset({RESET}), client)
    log.info("password reset", member=owner.id, network=client.network)
    return signed_in


async def change_password(viewer: Viewer, *, current: str, password: str, ends_others: bool, client: Client) -> str:
    """Change the viewer's password, and return the new device cookie of this browser.

    Raises Refused when `current` is not their password, TooMany after too many tries.
    """
    await ratelimit.take(ratelimit.CONFIRM_ACCOUNT, str(viewer.id))
    account, asker = await queries.account(viewer.id), passwords.of_member(viewer.id)
    if account is None or not await passwords.matches(current, account.password_hash, asker):
        log.warning("password not changed", member=viewer.id, network=client.network)
        raise Refused(NOT_CURRENT)
    password_hash = await passwords.hash_password(password, asker)
    async with atomic():
        if not await ops.replace_hash(account, password_hash):
            raise Refused(NOT_CURRENT)
        if ends_others:
            await sessions.end_all(account.id, but=viewer.session)
        else:
            for hook in hooks.when_sessions_end:
                await hook(account.id)
        await mailed_links.revoke(account.id)
        if viewer.has_confirmed_address:
            await _mail_notice(account.name, account.email)
    log.info("password changed", member=account.id, ended_others=ends_others, network=client.network)
    return devices.issue(account.id, password_hash)


async def _mail_notice(name: str, email: str) -> None:
    forgot = f"{settings().base_url}/forgot"
    await mail.send("password", email, *mail.written_message("password_changed", name=name, link=forgot))
