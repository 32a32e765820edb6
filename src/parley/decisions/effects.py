"""What a decision does to its target, and how that is taken back: both give what is recorded before and after."""

from typing import Any

import msgspec

from parley.accounts import sessions
from parley.comments import states
from parley.core import db
from parley.core.events.event_log import emit
from parley.decisions import sanctions
from parley.decisions.rules import SLOW_SECONDS, Choice
from parley.decisions.sanctions import Sanction
from parley.reports.targets import Target

Change = tuple[dict[str, Any], dict[str, Any]]

LONGEST_FOLD = 200
ANSWERED = "select exists(select from comment where parent = $1)"
# What readers of a thread are told of its state.
TOLD = {"open": "thread.unlocked", "locked": "thread.locked", "archived": "thread.archived"}


class ThreadHold(msgspec.Struct, frozen=True):
    """How a thread is held: its state, the seconds between two comments of one member, and why."""

    thread_state: str
    slow: int
    why: str = ""


async def apply(target: Target, choice: Choice, actor: int | None) -> Change:
    """Do what was chosen; returns what the target was and is, as far as it changed."""
    change: Change = {}, {}
    match choice.action:
        case "approve" if target.kind == "comment" and target.state in {"hidden", "pending"}:
            change = await _move(target, "visible", actor)
        case "approve" if target.collapsed is not None:
            change = await _fold(target, None, actor)
        case "remove":
            change = await _move(target, "rejected" if target.state == "pending" else "removed", actor)
        case "collapse":
            change = await _fold(target, choice.reason[:LONGEST_FOLD], actor)
        case "lock" | "slow" | "archive" | "unlock":
            change = await _set_thread(target, _held(target, choice), actor)
        case "silence" | "suspend":
            change = await sanctions.settle(target, Sanction(choice.action, choice.ends, choice.reason))
        case "role" if choice.role:
            change = await _set_role(target, choice.role)
    return change


async def release(target: Target, before: dict[str, Any], actor: int | None, *, cleared: bool = False) -> Change:
    """Give a target back what a decision took, unless something else has changed it since.

    The decision is in force no longer. A comment is as it was before, or visible to all where it was `cleared` now.
    """
    change: Change = {}, {}
    if "state" in before:
        change = await _clear(target, actor) if cleared else await _as_before(target, before["state"], actor)
    elif "collapsed" in before:
        change = await _fold(target, before["collapsed"], actor)
    elif "thread_state" in before:
        change = await _set_thread(target, msgspec.convert(before, ThreadHold), actor)
    elif "member_state" in before:
        change = await sanctions.settle(target)
    elif "role" in before:
        change = await _set_role(target, before["role"])
    return change


async def _clear(target: Target, actor: int | None) -> Change:
    return await _move(target, "visible", actor) if target.state in {"removed", "rejected"} else ({}, {})


async def _as_before(target: Target, state: str, actor: int | None) -> Change:
    """Undo what a decision made of a comment, unless its author has deleted it since.

    One that waited and was answered as soon as it was let in keeps its place for the answers, out of sight.
    """
    if target.state not in {"visible", "removed", "rejected"} - {state}:
        return {}, {}
    if state == "pending" and target.state == "visible" and await db.value(ANSWERED, target.id):
        state = "hidden"
    return await _move(target, state, actor, undoing=True)


async def _move(target: Target, to: str, actor: int | None, *, undoing: bool = False) -> Change:
    comment = await states.locked(target.id)
    await states.transition(comment, to, actor=actor, undoing=undoing)
    return {"state": comment.state}, {"state": to}


async def _fold(target: Target, reason: str | None, actor: int | None) -> Change:
    await db.execute("update comment set collapsed = $2 where id = $1", target.id, reason)
    await emit("comment.edited", thread=target.thread or 0, comment=target.id, actor=actor)
    return {"collapsed": target.collapsed}, {"collapsed": reason}


def _held(target: Target, choice: Choice) -> ThreadHold:
    """What a choice makes of a thread."""
    match choice.action:
        case "slow":
            return ThreadHold(target.thread_state or "open", SLOW_SECONDS, choice.reason)
        case "unlock":
            return ThreadHold("open", 0, "")
    return ThreadHold("locked" if choice.action == "lock" else "archived", target.slow, choice.reason)


async def _set_thread(target: Target, to: ThreadHold, actor: int | None) -> Change:
    was = ThreadHold(target.thread_state or "open", target.slow, target.why)
    if was == to:
        return {}, {}
    await db.execute(
        "update thread set state = $2, slow = $3, state_reason = nullif($4, '') where id = $1",
        target.thread,
        to.thread_state,
        to.slow,
        to.why,
    )
    kind = "thread.slowed" if to.slow > was.slow else TOLD[to.thread_state]
    await emit(kind, thread=target.thread or 0, actor=actor)
    return msgspec.structs.asdict(was), msgspec.structs.asdict(to)


async def _set_role(target: Target, role: str) -> Change:
    """Give a member a role; every sign-in of theirs ends, so that none is left with the rights of the old one."""
    await db.execute("update member set role = $2 where id = $1", target.id, role)
    await sessions.end_all(target.id)
    return {"role": target.role}, {"role": role}
