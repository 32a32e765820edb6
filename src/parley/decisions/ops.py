"""Deciding: what is done to a target, the statement of why, the record, the answer to who reported; in one go."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from parley.core import db
from parley.core.errors import NotFound, Refused
from parley.core.http.access import Viewer
from parley.decisions import effects, letters, rules
from parley.decisions.rules import ACTIONS, ON_MEMBER, Choice, Stale
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import queue_changes, targets

# What else follows from a decision, in its transaction; hooks.py fills this in.
after_decision: list[Callable[[], None]] = []


class Locked(msgspec.Struct, frozen=True):
    """An item under decision."""

    id: int
    kind: str
    target: int
    thread: int | None
    state: str
    version: int
    claimed_by: int | None
    claimed_until: datetime | None


class DecisionRow(msgspec.Struct, frozen=True):
    """A decision as undoing and appeals need it."""

    id: int
    item: int | None
    kind: str
    target: int
    action: str
    moderator: int | None
    second: int | None
    member: int | None
    reason: str
    until: datetime | None
    role: str | None
    state: str
    before: str
    created_at: datetime

    @property
    def was(self) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(self.before)
        return decoded


ITEM = """
select id, kind, target, thread, state, version, claimed_by, claimed_until from queue_item where id = $1
"""
MADE = """
select id, item, kind, target, action, moderator, second, member, reason, until, role, state, before::text as before,
       created_at
from decision where id = $1
"""
WRITE = """
insert into decision (item, kind, target, thread, action, guideline, reason, moderator, member, until, role, state,
                      before, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, now()) returning id
"""
REPORTERS = "select reporter from report where item = $1 and reporter is not null and (state <> 'resolved' or $2)"
# A comment that was held waits on, whatever became of its author or its thread: somebody has to let it in, or not.
CLOSE = """
update queue_item set version = version + 1, claimed_by = null, claimed_until = null,
  acted_at = coalesce(acted_at, now()), escalated = $2, state = case when $2 or kind = 'comment' and exists (
    select from comment where id = target and state = 'pending') then 'open' else 'done' end
where id = $1
"""
# Reports are taken up and answered in one go; the database knows no shorter way (schema.sql).
TAKE_UP = "update report set state = 'claimed' where item = $1 and state = 'open'"
ANSWER = "update report set state = 'resolved', outcome = $2, resolved_at = now() where item = $1 and state = 'claimed'"

# What one moderator proposed and another has decided otherwise meanwhile.
SUPERSEDE = """
update decision set state = 'refused', ended_at = now()
where state = 'awaiting' and (item = $1 or kind = $2 and target = $3 and action = $4)
"""
# What that very decision ended comes back with what it answered, but for reports that were made anew since.
PROPOSE_AGAIN = """
update decision set state = 'awaiting', ended_at = null
where state = 'refused' and second is null and ended_at = $4 and (item = $1 or kind = $2 and target = $3)
"""
REOPEN_REPORTS = """
update report r set state = 'open', outcome = null, resolved_at = null
where r.item = $1 and r.resolved_at = $2 and not exists (
    select from report again where again.item = r.item and again.reporter = r.reporter and again.state <> 'resolved')
"""
# It waits for an admin or for a second moderator again, if it did since it was opened; by itself too (holds.py).
REOPEN = """
update queue_item i set state = 'open', version = version + 1, acted_at = nullif(acted_at, $2), escalated = exists (
    select from decision d where d.item = i.id and d.created_at >= i.opened_at
    and (d.state = 'awaiting' or d.action = 'escalate' and d.state = 'in_force')) or exists (
    select from mod_action a where a.kind = i.kind and a.target = i.target and a.action = 'escalate' and a.automated
    and a.at >= i.opened_at)
where i.id = $1
"""
LATER = "select exists(select from decision where item = $1 and id > $2 and state <> 'undone')"


async def decide(viewer: Viewer, choice: Choice) -> int:
    """Decide on an item and return the decision's number.

    Raises Stale when the item is not what the moderator saw, Refused or Forbidden where the choice is not theirs.
    """
    async with db.atomic():
        seen = await _item(choice.item)
        rules.may_choose(choice, seen.kind)
        target = await targets.lock(seen.kind, seen.target)
        item = await _item(choice.item, lock=True)
        if item.version != choice.version or item.state != "open":
            raise Stale("Another moderator has decided this in the meantime. This is the current state.")
        if item.claimed_by not in (None, viewer.id) and item.claimed_until and item.claimed_until > datetime.now(UTC):
            raise Stale("Another moderator is reviewing this right now. Take another one, or wait a moment.")
        rules.may_decide(viewer, target.member, await reporters(item.id))
        if choice.action in ON_MEMBER:
            rules.may_act_on(viewer, target.role)
        return await write(viewer, choice, target, item.id)


async def write(viewer: Viewer, choice: Choice, target: targets.Target, item: int | None = None) -> int:
    """Do what was chosen to a locked target, write it down, and answer whom it concerns; the decision's number.

    Whoever calls it knows that the viewer may. What needs two waits for the second, and the item for both.
    """
    awaits = await _needs_second(viewer, choice, target)
    before, after = ({}, {}) if awaits else await effects.apply(target, choice, viewer.id)
    passed_on = choice.action == "escalate" or awaits
    if choice.action != "escalate":
        await db.execute(SUPERSEDE, item, *about(choice, target), choice.action)
    made = await write_decision(viewer, choice, target, before, state="awaiting" if awaits else "in_force", item=item)
    if item is not None:
        await close(item, None if passed_on else ACTIONS[choice.action].answers)
    if not passed_on:
        await letters.tell(made, delay=timedelta(seconds=rules.UNDO_SECONDS if item else 0))
    entry = Entry(choice.action, *about(choice, target), before, after, choice.guideline, choice.reason, made)
    await modlog.write(viewer, entry)
    return made


def about(choice: Choice, target: targets.Target) -> tuple[str, int]:
    """What a decision is about: the target or, where it acts on its author, that member."""
    if choice.action in ON_MEMBER and target.member is not None:
        return "member", target.member
    return target.kind, target.id


async def close(item: int, outcome: str | None) -> None:
    """Be done with an item and answer its reports with `outcome`; None leaves it open, for somebody else."""
    await db.execute(CLOSE, item, outcome is None)
    await queue_changes.notify_queue()
    if outcome is not None:
        await db.execute(TAKE_UP, item)
        await db.execute(ANSWER, item, outcome)


async def write_decision(
    viewer: Viewer,
    choice: Choice,
    target: targets.Target,
    before: dict[str, Any],
    *,
    state: str = "in_force",
    item: int | None = None,
) -> int:
    """Write a decision down, with what its target was before; return its number."""
    made: int = await db.value(
        WRITE,
        item,
        *about(choice, target),
        target.thread,
        choice.action,
        choice.guideline,
        choice.reason,
        viewer.id,
        target.member,
        choice.ends,
        choice.role,
        state,
        msgspec.json.encode(before).decode(),
    )
    for hook in after_decision:
        hook()
    return made


OTHERS = """
select exists(select from member where role = any($1::text[]) and state = 'active' and id <> all($2::bigint[]))
"""


async def _needs_second(viewer: Viewer, choice: Choice, target: targets.Target) -> bool:
    """Suspending somebody for good and changing a role take two, where there are two who may (trust.md R11)."""
    if choice.action != "role" and (choice.action != "suspend" or choice.days is not None):
        return False
    by_admins = choice.action == "role" or target.role != "member"
    staff = ["admin"] if by_admins else ["moderator", "admin"]
    return bool(await db.value(OTHERS, staff, [viewer.id, target.member]))


async def undo(viewer: Viewer, decision: int) -> None:
    """Take one's own decision back within half a minute: everything is as it was, and nobody was told."""
    async with db.atomic():
        made = await found(decision)
        target = await targets.lock(made.kind, made.target)
        made = await found(decision, lock=True)
        late = datetime.now(UTC) - made.created_at > timedelta(seconds=rules.UNDO_SECONDS)
        if made.moderator != viewer.id or made.state not in ("in_force", "awaiting") or late:
            raise Refused("This can no longer be undone. The decision stands; you can make a new one.")
        if await db.value(LATER, made.item, decision):
            raise Refused("There is a newer decision, so this can no longer be undone.")
        await end(made, "undone")
        before, after = await effects.release(target, made.was, viewer.id)
        await db.execute(PROPOSE_AGAIN, made.item, made.kind, made.target, made.created_at)
        if made.item is not None:
            await db.execute(REOPEN_REPORTS, made.item, made.created_at)
            await db.execute(REOPEN, made.item, made.created_at)
            await queue_changes.notify_queue()
        await letters.keep_back(decision)
        await modlog.write(viewer, Entry("undo", made.kind, made.target, before, after, decision=decision))


async def reporters(item: int | None, *, ever: bool = False) -> set[int]:
    """The members whose reports of an item are open, or were `ever` made."""
    return set(await db.values(REPORTERS, item, ever))


async def end(made: DecisionRow, state: str) -> None:
    """Let a decision be in force no longer."""
    await db.execute("update decision set state = $2, ended_at = now() where id = $1", made.id, state)


async def found(decision: int, *, lock: bool = False) -> DecisionRow:
    """A decision. Raises NotFound."""
    made = await db.fetch_one(DecisionRow, MADE + (" for update" if lock else ""), decision)
    if made is None:
        raise NotFound("There is no such decision.")
    return made


async def _item(item: int, *, lock: bool = False) -> Locked:
    there = await db.fetch_one(Locked, ITEM + (" for update" if lock else ""), item)
    if there is None:
        raise NotFound("There is no such item.")
    return there
