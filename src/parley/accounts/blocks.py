"""Muting and blocking other members."""

from typing import Literal

import msgspec

from parley.accounts import viewer_cache
from parley.accounts.queries import PublicMember
from parley.core import db
from parley.core.errors import Refused
from parley.core.http.access import Viewer

Kind = Literal["mute", "block"]

# Every page that the member reads has to leave them out.
MOST = 500

# Muting a blocked member leaves the block, which includes a mute.
ADD = """
insert into block (member, other, kind, created_at) values ($1, $2, $3, now())
on conflict (member, other) do update set kind = excluded.kind where excluded.kind = 'block'
"""
DELETE = "delete from block where member = $1 and other = $2 and kind = $3"
COUNT_OTHERS = "select count(*) from block where member = $1 and other <> $2"
KIND = "select kind from block where member = $1 and other = $2"
LIST = """
select m.name, b.kind from block b join member m on m.id = b.other where b.member = $1 order by b.created_at desc, m.id
"""
BETWEEN = """
select member = $1 as is_own from block
where kind = 'block' and (member = $1 and other = $2 or member = $2 and other = $1)
order by is_own limit 1
"""


class BlockedMember(msgspec.Struct, frozen=True):
    name: str
    kind: Kind


async def put(viewer: Viewer, other: PublicMember, kind: Kind, *, on: bool) -> None:
    """Mute or block a member, or undo it. Raises Refused for the viewer themselves, for blocking staff, and at MOST."""
    if other.id == viewer.id:
        raise Refused("You cannot mute or block yourself.")
    if on and kind == "block" and other.role != "member":
        raise Refused("Moderators and admins cannot be blocked: they have to be able to answer. You can mute them.")
    async with db.atomic():
        if on and await db.value(COUNT_OTHERS, viewer.id, other.id) >= MOST:
            raise Refused(f"You have muted or blocked {MOST} members, which is the limit.")
        await (db.execute(ADD, viewer.id, other.id, kind) if on else db.execute(DELETE, viewer.id, other.id, kind))
        viewer_cache.clear_after_commit()


async def kind_of(viewer: Viewer, other: int) -> Kind | None:
    """Whether `viewer` muted or blocked `other`."""
    kind: Kind | None = await db.value(KIND, viewer.id, other)
    return kind


async def listed(viewer: Viewer) -> list[BlockedMember]:
    """The members that `viewer` muted or blocked, the last first."""
    return await db.fetch(BlockedMember, LIST, viewer.id)


async def may_answer(member: int, other: int) -> None:
    """Raise Refused if one of the two has blocked the other."""
    is_own: bool | None = await db.value(BETWEEN, member, other)
    if is_own is False:
        raise Refused("You cannot reply to this member. Your text is kept.")
    if is_own:
        raise Refused("You have blocked this member. To answer them, unblock them on their page. Your text is kept.")
