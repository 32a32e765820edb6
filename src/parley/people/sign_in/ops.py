"""Signing in and out, and the profile."""

from collections.abc import Sequence
from typing import Any

import structlog
from asyncpg import UniqueViolationError
from piccolo.columns import Column

from parley.people.accounts import hooks, names, queries, sessions, viewer_cache
from parley.people.accounts.queries import Account
from parley.people.accounts.rules import require_sign_in_allowed
from parley.people.accounts.tables import Member
from parley.people.sign_in import authentication, devices, passwords, removed_names, sign_in_limits
from parley.people.sign_in.authentication import PASSWORD, Client, SecondFactorNeeded, SignedIn
from parley.people.sign_in.passwords import Asker, AskerKind
from parley.platform import db
from parley.platform.db import atomic
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import Viewer, require_write_allowed
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

NAME_TAKEN = N_("This name, or one that looks like it, is taken. Please choose another one.")
IS_FORMER = "select exists (select from former_name where name_key = $1 and member is distinct from $2)"
WRONG_LOGIN = N_("The name, address or password is wrong.")


async def sign_in(*, login: str, password: str, client: Client, answer: str = "") -> SignedIn | SecondFactorNeeded:
    """Start a session with a new token, and end the one that the browser had; or ask for the second factor first.

    `answer` solves the challenge of an earlier ProofOfWorkNeeded. Raises Refused for a wrong name or password,
    Forbidden for a suspended or closed account, TooMany (also as ProofOfWorkNeeded) after too many wrong passwords.
    """
    candidates = await queries.by_login(login)
    owner = next(filter(None, candidates), None)
    device = _known_device(owner, client)
    key = sign_in_limits.login_key(login)
    allowance = await sign_in_limits.take(key, client.network, device=device, answer=answer)
    is_known = allowance.kind is AskerKind.KNOWN
    asker = Asker(f"device {owner.id}" if owner and is_known else client.site, allowance.kind)
    account = await _matching(candidates, password, asker)
    if account is None:
        log.warning("sign-in refused", member=owner and owner.id, network=client.network)
        raise Refused(WRONG_LOGIN)
    await sign_in_limits.give_back(allowance.taken)
    require_sign_in_allowed(account)
    password_hash = await _renewed_hash(account, password, asker)
    async with atomic():
        if not await replace_hash(account, password_hash):
            raise Refused(WRONG_LOGIN)
        return await authentication.complete(account.id, frozenset({PASSWORD}), client)


async def _matching(candidates: Sequence[Account | None], password: str, asker: Asker) -> Account | None:
    """The first account with this password. A wrong one is compared with all, those that do not exist too.

    So the time does not show which exist to anybody who does not know the password.
    """
    for candidate in candidates:
        if await passwords.matches(password, candidate.password_hash if candidate else None, asker) and candidate:
            return candidate
    return None


async def sign_out(viewer: Viewer) -> None:
    """End the session that the viewer uses."""
    await sessions.end(viewer.session, viewer.id)
    log.info("signed out", member=viewer.id)


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
    await refuse_reserved_name(name, viewer.id)
    try:
        async with atomic():
            await removed_names.replace(viewer.id, name)
    except UniqueViolationError:
        raise Refused(NAME_TAKEN) from None
    log.info("name chosen", member=viewer.id)


async def refuse_removed_name(name: str) -> None:
    """Raise Refused for a name that moderators removed."""
    for hook in hooks.is_removed_name:
        if await hook(name):
            raise Refused(NAME_TAKEN)


async def refuse_reserved_name(name: str, member: int | None = None) -> None:
    """Raise Refused for a name that moderators removed, or that another member than `member` had in the last year."""
    await refuse_removed_name(name)
    if await db.value(IS_FORMER, names.key(name), member):
        raise Refused(NAME_TAKEN)


async def set_display(viewer: Viewer, *, density: str, legend: bool, marks: str) -> None:
    """Set how discussions look to a member. Silenced members may, too."""
    async with atomic():
        chosen = Member.update({Member.density: density, Member.legend: legend, Member.marks: marks})
        await chosen.where(Member.id == viewer.id)
        viewer_cache.clear_after_commit()


async def set_has_feed(viewer: Viewer, *, has_feed: bool) -> None:
    """Publish a feed of the viewer's comments, or no longer."""
    await Member.update({Member.has_feed: has_feed}).where(Member.id == viewer.id)


async def set_in_maps(viewer: Viewer, *, in_maps: bool) -> None:
    """Let a member's answers count in maps from the next count on, or leave them out. Silenced members may, too."""
    await Member.update({Member.in_maps: in_maps}).where(Member.id == viewer.id)


def _known_device(owner: Account | None, client: Client) -> str | None:
    """The browser's device cookie, if it was issued for this account."""
    is_known = owner is not None and devices.is_recognised(client.device, owner.id, owner.password_hash)
    return client.device if is_known else None


async def _renewed_hash(account: Account, password: str, asker: Asker) -> str:
    """The account's password hash, made anew if it has weaker parameters than new ones."""
    known = account.password_hash or ""
    return await passwords.hash_password(password, asker) if passwords.is_outdated(known) else known
