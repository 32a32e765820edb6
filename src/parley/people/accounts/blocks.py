"""Muting and blocking other members."""

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


class BlockedMember(msgspec.Struct, frozen=True):
    name: str
    kind: Kind


async def put(viewer: Viewer, other: PublicMember, kind: Kind, *, on: bool) -> None:
    """Mute or block a member, or undo it. Raises Refused for oneself, for blocking staff, and at MOST_BLOCKED."""
    if other.id == viewer.id:
        raise Refused(N_("You cannot mute or block yourself."))
    if on and kind == "block" and other.role != "member":
        raise Refused(N_("Moderators and admins cannot be blocked: they must be able to reply. You can mute them."))
    async with db.atomic():
        if on:
            await _add(viewer.id, other.id, kind)
        else:
            await Block.delete().where(Block.member == viewer.id, Block.other == other.id, Block.kind == kind)
        viewer_cache.clear_after_commit()


async def _add(member: int, other: int, kind: Kind) -> None:
    if await Block.count().where(Block.member == member, Block.other != other) >= MOST_BLOCKED:
        raise Refused(N_("You have muted or blocked {most} members, which is the limit."), most=MOST_BLOCKED)
    new = Block.insert(Block(member=member, other=other, kind=kind))
    pair = (Block.member, Block.other)
    # Muting a blocked member leaves the block, which includes a mute.
    await (new.on_conflict(pair, "DO UPDATE", [Block.kind]) if kind == "block" else new.on_conflict(pair, "DO NOTHING"))


async def kind_of(viewer: Viewer, other: int) -> Kind | None:
    row = await Block.select(Block.kind).where(Block.member == viewer.id, Block.other == other).first()
    return row["kind"] if row else None


async def list_blocked(viewer: Viewer) -> list[BlockedMember]:
    """The members that `viewer` muted or blocked, the last first."""
    blocks = Block.select(Block.other.name.as_alias("name"), Block.kind).where(Block.member == viewer.id)
    return await db.fetch(BlockedMember, blocks.order_by(Block.created_at, ascending=False).order_by(Block.other))


async def require_unblocked(member: int, other: int) -> None:
    """Raise Refused if one of the two has blocked the other."""
    is_own: bool | None = await db.value(queries.SELECT_BLOCKS_BETWEEN, member, other)
    if is_own is False:
        raise Refused(N_("You cannot reply to this member. Your text is kept."))
    if is_own:
        raise Refused(N_("You have blocked this member. To reply, unblock them on their page. Your text is kept."))
