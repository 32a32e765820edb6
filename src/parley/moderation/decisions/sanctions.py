"""Silences and suspensions: the strictest decision in force determines the state of a member."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from piccolo.columns import Column

from parley.moderation.decisions.tables import Decision
from parley.moderation.reports.targets import Target
from parley.people.accounts import sessions, viewer_cache
from parley.people.accounts.states import LEFT
from parley.people.accounts.tables import Member
from parley.platform import db
from parley.platform.errors import Forbidden
from parley.platform.text.messages import N_

IS_MODERATOR = """
select exists (select from room_moderator r join thread t on t.topic = r.topic where t.id = $1 and r.member = $2)
"""
STATE = {"silence": "silenced", "suspend": "suspended"}
PERMANENT = datetime.max.replace(tzinfo=UTC)
CANNOT_WRITE = N_("This member has not confirmed their address, or has left, so they cannot write.")


class Sanction(msgspec.Struct, frozen=True):
    """A silence or suspension; `until` None: permanently."""

    action: str
    until: datetime | None
    reason: str

    @property
    def strictness(self) -> tuple[bool, datetime]:
        return self.action == "suspend", self.until or PERMANENT


def can_be_sanctioned(target: Target) -> bool:
    """Whether the target has a member who has confirmed their address and has not left."""
    return target.member_state in {"active", *STATE.values()}


async def require_no_moderator(target: Target) -> None:
    """Raise Forbidden where the member moderates the topic of the target's thread."""
    if await db.value(IS_MODERATOR, target.thread, target.member):
        raise Forbidden(N_("This member moderates the topic: an admin has to end that first."))


async def settle(target: Target, new: Sanction | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Set the state of a locked member from the sanctions in force and a `new` one; return what changed.

    For a member who has left, it sets only the state that they come back to.
    """
    if target.member is None:
        return {}, {}
    if not can_be_sanctioned(target):
        if target.member_state == LEFT:
            await _set_state(target.member, Member.state_before, await _strictest(target.member))
        return {}, {}
    strictest = await _strictest(target.member, new)
    state = STATE[strictest.action] if strictest else "active"
    if "active" not in {state, target.member_state} and state != target.member_state:
        # The database allows the change from one sanction to another only by way of "active" (schema.sql).
        await _set_state(target.member, Member.state, None)
    await _set_state(target.member, Member.state, strictest)
    if state == "suspended":
        await sessions.end_all(target.member)
    viewer_cache.clear_after_commit()
    before = {"member_state": target.member_state, "until": msgspec.to_builtins(target.member_until)}
    return before, {"member_state": state, "until": msgspec.to_builtins(strictest.until if strictest else None)}


async def _strictest(member: int, new: Sanction | None = None) -> Sanction | None:
    in_force = Decision.select().where(
        (Decision.kind == "member") & (Decision.target == member) & (Decision.state == "in_force"),
        Decision.action.is_in(list(STATE)),
        Decision.until.is_null() | (Decision.until > db.NOW),
    )
    sanctions = [*await db.fetch(Sanction, in_force), *([new] if new else [])]
    return max(sanctions, key=lambda sanction: sanction.strictness, default=None)


async def _set_state(member: int, column: Column, sanction: Sanction | None) -> None:
    """Set the state in `column` to that of a sanction; without one, to active."""
    await Member.update(
        {
            column: STATE[sanction.action] if sanction else "active",
            Member.state_until: sanction.until if sanction else None,
            Member.state_reason: sanction.reason if sanction else "",
        }
    ).where(Member.id == member)
