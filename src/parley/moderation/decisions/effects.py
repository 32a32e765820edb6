"""Applying a decision to its target, and reverting it. Both return what changed, before and after."""

from typing import Any

import msgspec
from piccolo.columns import Column

from parley.discussion.comments import moving, states, wording
from parley.discussion.comments.rules import MOVED
from parley.discussion.comments.tables import Comment
from parley.discussion.threads.queries import lock_thread
from parley.moderation.decisions import profiles, restrictions, sanctions, thread_settings
from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.decisions.sanctions import Sanction
from parley.moderation.decisions.tables import Decision
from parley.moderation.decisions.thread_settings import Change, ThreadSettings
from parley.moderation.reports.targets import Target
from parley.people.accounts import sessions
from parley.people.accounts.tables import Member
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Refused
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_, as_text

LONGEST_COLLAPSE_REASON = 200
BY_RULE = N_("Automatic rule: {rule}")
SELECT_COLLAPSE = """
select d.reason, r.name as rule from decision d left join rule r on r.id = d.rule
where d.kind = 'comment' and d.target = $1 and d.action = 'collapse' and d.state = 'in_force'
order by d.id desc limit 1
"""


class CollapseReason(msgspec.Struct, frozen=True):
    """The reason of a decision to collapse, and the name of the rule that made it, if one did."""

    reason: str
    rule: str | None


async def apply(target: Target, choice: Choice, actor: int | None) -> Change:
    """Apply a choice to a locked target; return what changed."""
    change: Change = {}, {}
    match choice.action:
        case "bio" | "title" | "name" if target.kind == "member":
            change = await profiles.remove(target.id, choice.action)
        case "excerpt" | "text" | "title" | "remove" | "passage" | "restore" if target.kind == "article":
            passage = choice.to.passage if choice.to else None
            change = await restrictions.settle(target, actor, choice.action, passage)
        case "approve" | "restore":
            show = _approve if choice.action == "approve" else _show_again
            change = await show(target, actor)
        case "remove":
            change = await _move(target, "rejected" if target.state == "pending" else "removed", actor)
        case "collapse":
            change = await _collapse(target, choice.reason, actor)
        case "statement":
            change = await _withdraw_statement(target, actor)
        case "lock" | "slow" | "archive" | "unlock" | "lock_branch" | "unlock_branch" | "move":
            change = await _set_discussion(target, choice, actor)
        case "warn" | "silence_topic" | "silence" | "suspend":
            change = await _sanction(target, choice)
        case "role" if choice.role:
            change = await _set_role(target, choice.role)
    return change


async def _sanction(target: Target, choice: Choice) -> Change:
    """Silence or suspend a member. Raises Refused where no member can read the reason.

    Neither a warning nor a silence in a topic, which holds as long as its decision does, changes the member's state.
    """
    if not sanctions.can_be_sanctioned(target):
        raise Refused(sanctions.CANNOT_WRITE)
    if choice.action == "silence_topic":
        await sanctions.require_no_moderator(target)
    if choice.action not in sanctions.STATE:
        return {}, {}
    return await sanctions.settle(target, Sanction(choice.action, choice.ends, choice.reason))


async def _approve(target: Target, actor: int | None) -> Change:
    if target.kind == "comment" and target.state in {"hidden", "pending"}:
        return await _move(target, "visible", actor)
    if target.collapsed is None:
        return {}, {}
    await restrictions.end("comment", target.id, ["collapse"])
    return await _collapse(target, None, actor)


async def revert(target: Target, before: dict[str, Any], actor: int | None, *, cleared: bool = False) -> Change:
    """Revert a decision that is no longer in force, from the state `before` it; return what changed.

    What has changed since for another reason stays. A comment gets its former state back, or, if an appeal `cleared`
    it, becomes visible unless another decision removes it.
    """
    change: Change = {}, {}
    if "state" in before:
        change = await _show(target, actor) if cleared else await _restore(target, before["state"], actor)
    elif "collapsed" in before:
        change = await _collapse(target, await _collapse_reason(target.id), actor)
    elif before.keys() & {"branch", "place"}:
        change = await _restore_branch(target, before, actor)
    elif "statement" in before:
        change = await _return_statement(target, before["statement"], actor)
    elif "restricted" in before:
        change = await restrictions.settle(target, actor)
    elif "thread_state" in before:
        change = await thread_settings.set_to(target, msgspec.convert(before, ThreadSettings), actor)
    elif "member_state" in before:
        change = await sanctions.settle(target)
    elif "role" in before:
        change = await _set_role(target, before["role"])
    else:
        for field in before.keys() & set(profiles.FIELDS):
            change = await profiles.give_back(target.id, field, before[field])
    return change


async def _show(target: Target, actor: int | None) -> Change:
    removals = (Decision.kind == "comment") & (Decision.target == target.id) & (Decision.action == "remove")
    if target.state not in {"removed", "rejected"} or await Decision.exists().where(
        removals, Decision.state == "in_force"
    ):
        return {}, {}
    return await _move(target, "visible", actor)


async def _show_again(target: Target, actor: int | None) -> Change:
    """Show a comment that was removed, or expand a collapsed one; end the decisions that did it.

    Raises Refused where no decision did.
    """
    if target.state == "removed":
        await restrictions.require_end("comment", target.id, ["remove"])
        return await _move(target, "visible", actor)
    await restrictions.require_end("comment", target.id, ["collapse"])
    return await _collapse(target, None, actor)


async def _restore(target: Target, state: str, actor: int | None) -> Change:
    """Give a comment its former state back, unless its author has deleted it since.

    A held comment that was approved and has replies by now becomes hidden instead, which keeps the replies in place.
    """
    if target.state not in {"visible", "removed", "rejected"} - {state}:
        return {}, {}
    if state == "pending" and target.state == "visible" and await Comment.exists().where(Comment.parent == target.id):
        state = "hidden"
    return await _move(target, state, actor, undoing=True)


async def _move(target: Target, to: str, actor: int | None, *, undoing: bool = False) -> Change:
    comment = target.comment
    if comment is None:
        raise ValueError(f"a {target.kind} has no state of a comment")
    await states.transition(comment, to, actor=actor, undoing=undoing)
    return {"state": comment.state}, {"state": to}


async def _collapse_reason(comment: int) -> str | None:
    """The reason of the newest decision in force to collapse a comment. What matched a rule is not for readers."""
    newest = await db.fetch_one(CollapseReason, SELECT_COLLAPSE, comment)
    if newest is None:
        return None
    return newest.reason if newest.rule is None else as_text(BY_RULE.format(rule=newest.rule))


async def _collapse(target: Target, reason: str | None, actor: int | None) -> Change:
    reason = reason and reason[:LONGEST_COLLAPSE_REASON]
    await Comment.update({Comment.collapsed: reason}).where(Comment.id == target.id)
    await emit("comment.edited", thread=target.thread or 0, comment=target.id, actor=actor)
    return {"collapsed": target.collapsed}, {"collapsed": reason}


async def _set_discussion(target: Target, choice: Choice, actor: int | None) -> Change:
    """Lock, slow, archive or open the thread, or lock, open or move the branch that begins with the comment."""
    if choice.action == "move":
        return await _move_branch(target, choice.to, actor)
    if choice.action in {"lock_branch", "unlock_branch"}:
        return await _set_branch(target, actor, locked=choice.action == "lock_branch")
    return await thread_settings.set_to(target, thread_settings.after(target, choice), actor)


async def _restore_branch(target: Target, before: dict[str, Any], actor: int | None) -> Change:
    if "place" in before:
        return await _move_back(target, msgspec.convert(before["place"], moving.Location), actor)
    return await _set_branch(target, actor, locked=before["branch"] == "locked")


async def _move_branch(target: Target, to: ThreadReference | None, actor: int | None) -> Change:
    """Move a locked comment with its replies; return its place before and after.

    Raises Refused if nobody can read the comment yet, or if nothing can be moved there.
    """
    if to is None or target.state in states.UNCOUNTED:
        raise Refused(N_("Nobody can read this comment yet, so it cannot be moved. Please approve it first."))
    return await _move_back(target, await moving.new_location(target.id, to.thread, to.passage), actor)


async def _move_back(target: Target, to: moving.Location, actor: int | None) -> Change:
    """Move a locked comment to a place where it was before, whatever has become of its thread.

    A reply goes back to the comment that it answers, which may have been moved, locked or opened since.
    """
    to = await _beside_parent(to)
    await lock_thread(to.thread)
    if to != await _beside_parent(to):
        raise Refused(MOVED)
    was = await moving.location_of(target.id)
    if was == to:
        return {}, {}
    await moving.move(target.id, to, actor)
    return {"place": msgspec.structs.asdict(was)}, {"place": msgspec.structs.asdict(to)}


async def _beside_parent(to: moving.Location) -> moving.Location:
    """A place, in the thread and the locked branch that its parent is in now."""
    if to.parent is None:
        return to
    parent = await moving.location_of(to.parent)
    locked = await db.value(Comment.select(Comment.locked_branch).where(Comment.id == to.parent))
    return msgspec.structs.replace(to, thread=parent.thread, locked_branch=locked)


async def _set_branch(target: Target, actor: int | None, *, locked: bool) -> Change:
    """Lock or open the branch that begins with a comment."""
    thread = target.thread or 0
    if not (await states.lock_branch(target.id) if locked else await states.unlock_branch(target.id, thread)):
        return {}, {}
    await emit("comment.edited", thread=thread, comment=target.id, actor=actor)
    was, now = ("open", "locked") if locked else ("locked", "open")
    return {"branch": was}, {"branch": now}


async def _withdraw_statement(target: Target, actor: int | None) -> Change:
    text = await wording.withdraw_statement(target.id)
    if text is None:
        return {}, {}
    await emit("comment.edited", thread=target.thread or 0, comment=target.id, actor=actor)
    return {"statement": text}, {"statement": None}


async def _return_statement(target: Target, text: str, actor: int | None) -> Change:
    if not await wording.restore_statement(target.id, text):
        return {}, {}
    await emit("comment.edited", thread=target.thread or 0, comment=target.id, actor=actor)
    return {"statement": None}, {"statement": text}


async def _set_role(target: Target, role: str) -> Change:
    """Give a member a role, and end their sessions, which have the rights of the old one."""
    changes: dict[Column | str, Any] = {Member.role: role}
    if "member" in (role, target.role):
        changes[Member.staff_since] = None if role == "member" else NOW
    await Member.update(changes).where(Member.id == target.id)
    await sessions.end_all(target.id)
    return {"role": target.role}, {"role": role}
