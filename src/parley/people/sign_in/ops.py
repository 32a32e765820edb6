"""Signing in and out, new passwords, and the profile."""

from collections.abc import Sequence
from typing import Any

import structlog
from asyncpg import UniqueViolationError
from piccolo.columns import Column

from parley.people import mail
from parley.people.accounts import hooks, mailed_links, names, queries, reserved_names, sessions, viewer_cache
from parley.people.accounts.queries import Account
from parley.people.accounts.rules import require_sign_in_allowed
from parley.people.accounts.tables import Member
from parley.people.accounts.viewer import Viewer
from parley.people.sign_in import authentication, devices, passwords, removed_names, sign_in_limits
from parley.people.sign_in.authentication import LINK, PASSWORD, RESET, Client, SecondFactorNeeded, SignedIn
from parley.people.sign_in.passwords import Asker, AskerKind
from parley.platform import ratelimit
from parley.platform.db import atomic
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import require_write_allowed
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

NOT_CURRENT = N_("This is not your current password.")
WRONG_LOGIN = N_("The name, address or password is wrong.")


async def sign_in(*, login: str, password: str, client: Client, answer: str = "") -> SignedIn | SecondFactorNeeded:
    """Start a session with a new token, and end the one that the browser had; or ask for the second factor first.

    `answer` solves the challenge of an earlier ProofOfWorkNeeded. Raises Refused for a wrong name or password,
    Forbidden for a suspended or closed account, TooMany (also as ProofOfWorkNeeded) after too many wrong passwords.
    """
    candidates = await queries.by_login(login)
    owner = next(filter(None, candidates), None)
    is_own = owner is not None and devices.is_recognised(client.device, owner.id, owner.password_hash)
    key, device = sign_in_limits.login_key(login), client.device if is_own else None
    allowance = await sign_in_limits.take(key, client.source, device=device, answer=answer)
    is_known = allowance.kind is AskerKind.KNOWN
    asker = passwords.known(f"device {owner.id}") if owner and is_known else Asker(client.source, allowance.kind)
    account = await _matching(candidates, password, asker)
    if account is None:
        log.warning("sign-in refused", member=owner and owner.id, network=client.source.network)
        raise Refused(WRONG_LOGIN)
    await sign_in_limits.give_back(allowance.taken)
    require_sign_in_allowed(account)
    password_hash = account.password_hash or ""
    if passwords.is_outdated(password_hash):
        password_hash = await passwords.hash_password(password, asker)
    async with atomic():
        if not await replace_hash(account, password_hash):
            raise Refused(WRONG_LOGIN)
        return await authentication.complete(account.id, frozenset({PASSWORD}), client)


async def _matching(candidates: Sequence[Account | None], password: str, asker: Asker) -> Account | None:
    """The first account with this password.

    A wrong password takes the same time for accounts that do not exist, so that the time does not show which exist.
    """
    for candidate in candidates:
        if await passwords.matches(password, candidate.password_hash if candidate else None, asker) and candidate:
            return candidate
    return None


async def sign_in_by_link(token: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Start a session by the token of a mailed link. Raises Gone when the link no longer works."""
    async with atomic():
        owner = await mailed_links.redeem(token, "login")
        return await authentication.complete(owner.id, frozenset({LINK}), client)


async def sign_out(viewer: Viewer) -> None:
    await sessions.end(viewer.session, viewer.id)
    log.info("signed out", member=viewer.id)


async def reset(token: str, password: str, client: Client) -> SignedIn | SecondFactorNeeded:
    """Set a new password by the token of a link, end all sessions of the member, and start one here.

    If they have a second factor, they must give it first. Raises Gone when the link no longer works.
    """
    password_hash = await passwords.hash_password(password, Asker(client.source, AskerKind.PROVEN))
    async with atomic():
        owner = await mailed_links.redeem(token, "reset")
        await Member.update({Member.password_hash: password_hash}).where(Member.id == owner.id)
        await mailed_links.revoke(owner.id)
        await sessions.end_all(owner.id)
        await _mail_notice(owner.name, owner.email)
        signed_in = await authentication.complete(owner.id, frozenset({RESET}), client)
    log.info("password reset", member=owner.id, network=client.source.network)
    return signed_in


async def change_password(viewer: Viewer, *, current: str, password: str, ends_others: bool, client: Client) -> str:
    """Change the viewer's password, and return the new device cookie of this browser.

    Raises Refused when `current` is not their password, TooMany after too many tries.
    """
    await ratelimit.take(ratelimit.CONFIRM_ACCOUNT, str(viewer.id))
    account, asker = await queries.account(viewer.id), passwords.of_member(viewer.id)
    if account is None or not await passwords.matches(current, account.password_hash, asker):
        log.warning("password not changed", member=viewer.id, network=client.source.network)
        raise Refused(NOT_CURRENT)
    password_hash = await passwords.hash_password(password, asker)
    async with atomic():
        if not await replace_hash(account, password_hash):
            raise Refused(NOT_CURRENT)
        if ends_others:
            await sessions.end_all(account.id, but=viewer.session)
        else:
            for hook in hooks.when_sessions_end:
                await hook(account.id)
        await mailed_links.revoke(account.id)
        if viewer.has_confirmed_address:
            await _mail_notice(account.name, account.email)
    log.info("password changed", member=account.id, ended_others=ends_others, network=client.source.network)
    return devices.issue(account.id, password_hash)


async def _mail_notice(name: str, email: str) -> None:
    forgot = f"{settings().base_url}/forgot"
    await mail.send_written("password", email, "password_changed", name=name, link=forgot)


async def replace_hash(account: Account, password_hash: str) -> bool:
    """Store a new password hash. Return False when the password was changed after `account` was read."""
    replaced = (
        await Member.update({Member.password_hash: password_hash})
        .where(Member.id == account.id, Member.password_hash == account.password_hash)
        .returning(Member.id)
    )
    return bool(replaced)


async def set_profile(viewer: Viewer, *, title: str, bio: str, assisted: str | None = None) -> None:
    """Set a member's title and biography and, with `assisted`, how they read comments written with AI assistance.

    Raises Forbidden for silenced members, since everybody can read a profile; and for a member whose title, which is
    shown beside the name on every comment, seems official. Raises Refused for what moderators removed, or an automatic
    rule would hold.
    """
    require_write_allowed(viewer)
    if viewer.role == "member" and names.seems_official(title):
        raise Forbidden(N_("Only moderators and admins can have this title. Please describe yourself in other words."))
    for hook in hooks.before_profile:
        await hook(viewer, title, bio)
    profile: dict[Column | str, Any] = {Member.title: title, Member.bio: bio}
    if assisted:
        profile[Member.assisted] = assisted
    async with atomic():
        await Member.update(profile).where(Member.id == viewer.id)
        viewer_cache.clear_after_commit()


async def choose_name(viewer: Viewer, name: str) -> None:
    """Give a member a new name in place of the neutral one that moderators gave them.

    Raises Forbidden for members with a name of their own, Refused for a name that is taken or was removed.
    """
    require_write_allowed(viewer)
    if not names.is_neutral(viewer.name, viewer.id):
        raise Forbidden(N_("Only members whose name was removed can choose another one."))
    try:
        async with atomic():
            await removed_names.replace(viewer.id, name)
            await reserved_names.require_free(name, viewer.id)
    except UniqueViolationError:
        raise Refused(reserved_names.NAME_TAKEN) from None
    log.info("name chosen", member=viewer.id)


async def set_display(viewer: Viewer, *, density: str, legend: bool, marks: str) -> None:
    """Set how discussions look to a member, who may be silenced."""
    async with atomic():
        chosen = Member.update({Member.density: density, Member.legend: legend, Member.marks: marks})
        await chosen.where(Member.id == viewer.id)
        viewer_cache.clear_after_commit()


async def set_language(viewer: Viewer, language: str) -> None:
    """Set the language of a member's pages and letters; an empty one follows their browser."""
    async with atomic():
        await Member.update({Member.language: language}).where(Member.id == viewer.id)
        viewer_cache.clear_after_commit()


async def set_reads(viewer: Viewer, languages: Sequence[str]) -> None:
    """Set the languages that a member reads."""
    async with atomic():
        await Member.update({Member.reads: list(languages)}).where(Member.id == viewer.id)
        viewer_cache.clear_after_commit()


async def set_marks_read(viewer: Viewer, *, marks_read: bool) -> None:
    """Mark comments as read as the member sees them, or only when they say so."""
    async with atomic():
        await Member.update({Member.marks_read: marks_read}).where(Member.id == viewer.id)
        viewer_cache.clear_after_commit()


async def set_has_feed(viewer: Viewer, *, has_feed: bool) -> None:
    await Member.update({Member.has_feed: has_feed}).where(Member.id == viewer.id)


async def set_in_maps(viewer: Viewer, *, in_maps: bool) -> None:
    """Let a member's answers count in maps from the next count on, or leave them out."""
    await Member.update({Member.in_maps: in_maps}).where(Member.id == viewer.id)
