"""Muting and blocking other members."""

from datetime import datetime
from typing import Literal

import msgspec

from parley.people.accounts import queries, viewer_cache
from parley.people.accounts.queries import PublicMember
from parley.people.accounts.tables import Block
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

Kind = Literal["mute", "block"]

# Every page that the member reads has to leave them out.
MOST_BLOCKED = 500
SELECT_BLOCKED = """
select m.name, b.kind, b.muted_until from block b join member m on m.id = b.other
where b.member = $1 and coalesce(b.muted_until > now(), true) order by b.created_at desc, b.other
"""
SELECT_KIND = "select kind from block where member = $1 and other = $2 and coalesce(muted_until > now(), true)"
# Muting a blocked member leaves the block, which includes a mute.
INSERT_BLOCK = """
insert into block as b (member, other, kind, muted_until) values ($1, $2, $3, $4)
on conflict (member, other) do update set kind = excluded.kind, muted_until = excluded.muted_until
where b.kind = 'mute' or excluded.kind = 'block'
"""
DELETE_ENDED = "delete from block where member = $1 and muted_until <= now()"


class BlockedMember(msgspec.Struct, frozen=True):
    name: str
    kind: Kind
    muted_until: datetime | None


async def put(viewer: Viewer, other: PublicMember, kind: Kind, *, on: bool, until: datetime | None = None) -> None:
    """Mute a member (`until` then) or block them, or undo it.

    Raises Refused for oneself, for blocking staff, and at MOST_BLOCKED.
    """
    if other.id == viewer.id:
        raise Refused(N_("You cannot mute or block yourself."))
    if on and kind == "block" and other.role != "member":
        raise Refused(N_("Moderators and admins cannot be blocked: they must be able to reply. You can mute them."))
    async with db.atomic():
        if on:
            await _add(viewer.id, other.id, kind, until)
        else:
            await Block.delete().where(Block.member == viewer.id, Block.other == other.id, Block.kind == kind)
        viewer_cache.clear_after_commit()


async def _add(member: int, other: int, kind: Kind, until: datetime | None) -> None:
    await queries.lock(member)
    await db.execute(DELETE_ENDED, member)
    if await Block.count().where(Block.member == member, Block.other != other) >= MOST_BLOCKED:
        raise Refused(N_("You have muted or blocked {most} members, which is the limit."), most=MOST_BLOCKED)
    await db.execute(INSERT_BLOCK, member, other, kind, until if kind == "mute" else None)


async def kind_of(viewer: Viewer, other: int) -> Kind | None:
    kind: Kind | None = await db.value(SELECT_KIND, viewer.id, other)
    return kind


async def list_blocked(viewer: Viewer) -> list[BlockedMember]:
    """The members that `viewer` muted or blocked, the last first."""
    return await db.fetch(BlockedMember, SELECT_BLOCKED, viewer.id)


async def require_unblocked(member: int, other: int) -> None:
    """Raise Refused if one of the two has blocked the other."""
    is_own: bool | None = await db.value(queries.SELECT_BLOCKS_BETWEEN, member, other)
    if is_own is False:
        raise Refused(N_("You cannot reply to this member. Your text is kept."))
    if is_own:
        raise Refused(N_("You have blocked this member. To reply, unblock them on their page. Your text is kept."))
