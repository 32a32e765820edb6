"""Silences and suspensions: a member's state is what the strictest of the decisions in force about them makes it."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from parley.accounts import sessions, viewer_cache
from parley.core import db
from parley.core.errors import Refused
from parley.reports.targets import Target

STATE = {"silence": "silenced", "suspend": "suspended"}
FOR_GOOD = datetime.max.replace(tzinfo=UTC)
AWAY = "This member has not confirmed their address, or has left, so they cannot write."


class Sanction(msgspec.Struct, frozen=True):
    """What a decision does to a member: until when, None for good, and why."""

    action: str
    until: datetime | None
    reason: str

    @property
    def strictness(self) -> tuple[bool, datetime]:
        return self.action == "suspend", self.until or FOR_GOOD


IN_FORCE = """
select action, until, reason from decision
where kind = 'member' and target = $1 and action in ('silence', 'suspend') and state = 'in_force'
  and (until is null or until > now())
"""
PUT = "update member set state = $2, state_until = $3, state_reason = $4 where id = $1"


def can_be_sanctioned(target: Target) -> bool:
    """Whether it concerns a member who confirmed an address and has not left."""
    return target.member_state in {"active", *STATE.values()}


async def settle(target: Target, new: Sanction | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Bring a locked member into the state that follows from the decisions in force, and a `new` one; give the change.

    Raises Refused for a `new` one on somebody who cannot write anyway.
    """
    if target.member is None or not can_be_sanctioned(target):
        if new is not None:
            raise Refused(AWAY)
        return {}, {}
    sanctions = [*await db.fetch(Sanction, IN_FORCE, target.member), *([new] if new else [])]
    strictest = max(sanctions, key=lambda one: one.strictness, default=None)
    state = STATE[strictest.action] if strictest else "active"
    if "active" not in {state, target.member_state} and state != target.member_state:
        # From one sanction to another the way leads through the good standing between (trust.md B3).
        await db.execute(PUT, target.member, "active", None, "")
    until = strictest.until if strictest else None
    await db.execute(PUT, target.member, state, until, strictest.reason if strictest else "")
    if state == "suspended":
        await sessions.end_all(target.member)
    viewer_cache.clear_after_commit()
    before = {"member_state": target.member_state, "until": msgspec.to_builtins(target.member_until)}
    return before, {"member_state": state, "until": msgspec.to_builtins(until)}
