"""Deciding: the effect on the target, the answers to reports, the letters and the record, in one transaction."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.decisions import asking, effects, letters, removal_limit, rules, takedowns
from parley.moderation.decisions.rules import ACTIONS, ASKED_HOURS, ON_MEMBER, PENDING, Choice, Stale
from parley.moderation.decisions.tables import Decision
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import ops as reports
from parley.moderation.reports import targets
from parley.moderation.reports.tables import QueueItem, Report
from parley.moderation.reports.targets import Target
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, NotFound
from parley.platform.text.messages import N_

# Called in the transaction of each decision; hooks.py fills this in.
after_decision: list[Callable[[], None]] = []
# For a sanction, also those who reported what was decided about the same member in the same transaction.
SELECT_REPORTERS_EVER = """
select reporter from report where reporter is not null and (item = $1 or item in (
    select item from decision where moderator = $2 and member = $3 and created_at = now()))
"""
# The item of a held comment stays open until somebody approves or removes the comment itself. $2: it needs somebody
# else, $3: it waits for its author, so many hours.
CLOSE_ITEM = """
update queue_item set version = version + 1, claimed_by = null, claimed_until = null, assigned_to = null,
  acted_at = coalesce(acted_at, now()), escalated = $2 or $3::int is not null and escalated,
  asked_until = now() + $3 * interval '1 hour', state = case when $2 or $3 is not null or kind = 'comment' and exists (
    select from comment where id = target and state in ('pending', 'hidden')) then 'open' else 'done' end
where id = $1
"""
# Reject proposals that this decision makes obsolete.
SUPERSEDE_PROPOSALS = """
update decision set state = 'rejected', ended_at = now()
where state = 'awaiting' and (item = $1 or kind = $2 and target = $3 and action = $4)
"""
HAS_OTHERS = """
select exists(select from member where role = any($1::text[]) and state = 'active' and id <> all($2::bigint[]))
"""


class DecidedItem(msgspec.Struct, frozen=True):
    id: int
    kind: str
    target: int
    state: str
    version: int
    claimed_by: int | None
    claimed_until: datetime | None


async def decide(viewer: Viewer, choice: Choice) -> int:
    """Decide on an item and return the id of the decision.

    Raises Stale when the item is not as the moderator saw it, Refused for an invalid choice, Forbidden where the
    moderator may not decide.
    """
    async with db.atomic():
        seen = await _load_item(choice.item)
        rules.require_choice_allowed(choice, seen.kind)
        target = await targets.lock(seen.kind, seen.target)
        item = await _load_item(choice.item, lock=True)
        _may_be_decided(viewer, choice, item)
        rules.require_decision_allowed(
            viewer, await concerned_member(viewer, target), await reporters_but(viewer, item.id)
        )
        if choice.action in ON_MEMBER or (target.kind == "member" and ACTIONS[choice.action].restricts):
            rules.require_rank_over(viewer, target.role)
        return await carry_out(viewer, choice, target, item.id)


async def concerned_member(viewer: Viewer, target: Target) -> int | None:
    """The member who may not decide about a target. The one who added an article may, if nobody else can."""
    if target.kind == "article" and await is_alone(viewer):
        return None
    return target.member


async def is_alone(viewer: Viewer) -> bool:
    """Whether nobody else can decide."""
    return not await db.value(HAS_OTHERS, ["moderator", "admin"], [viewer.id])


def _may_be_decided(viewer: Viewer, choice: Choice, item: DecidedItem) -> None:
    if item.version != choice.version or item.state != "open":
        raise Stale(N_("This has been decided in the meantime."))
    if item.claimed_by not in (None, viewer.id) and item.claimed_until and item.claimed_until > datetime.now(UTC):
        raise Stale(N_("Another moderator is reviewing this right now. Take another one, or wait a moment."))


async def carry_out(viewer: Viewer, choice: Choice, target: Target, item: int | None = None) -> int:
    """Carry out a choice on a locked target and return the id of the decision. The caller has checked permissions.

    A choice that needs a second approval is only saved, and its item stays open. Raises NotFound and Forbidden where
    the viewer moderates other rooms only.
    """
    await _require_moderated(viewer, choice, target)
    if choice.action == "ask":
        asking.require_editable(target)
        await asking.announce(target, viewer.id)
    removal = await removal_limit.standing(viewer.id, choice.action, target.member)
    weighs = takedowns.weighs(choice, target)
    typed = weighs and await takedowns.is_typed(choice, target)
    needs_second = removal.is_over or (weighs and not typed) or _takes_two(choice)
    awaits = needs_second and await _has_second(viewer, choice, target, item)
    if removal.is_over:
        await removal_limit.exceed(viewer, choice, is_held=awaits)
    if weighs and not awaits:
        takedowns.require(typed=typed)
        if not await _has_second(viewer, choice, target, item):
            await takedowns.tell_admins(viewer, ACTIONS[choice.action].done, f"/mod/articles/{target.id}")
    before, after = ({}, {}) if awaits else await effects.apply(target, choice, viewer.id)
    if removal.is_over and not awaits:
        after = after | {"confirmed": True}
    is_final = choice.action not in PENDING and not awaits
    if choice.action not in PENDING:
        await db.execute(SUPERSEDE_PROPOSALS, item, *about(choice, target), choice.action)
    state, counts = "awaiting" if awaits else "in_force", bool(removal.good)
    made = await save(viewer, choice, target, before, state=state, item=item, in_good_standing=counts)
    if item is not None:
        asks = choice.action == "ask" and not awaits
        await (wait_for_author(item) if asks else close(item, ACTIONS[choice.action].answers if is_final else None))
    if choice.action != "escalate" and not awaits:
        await letters.send(made, delay=timedelta(seconds=rules.UNDO_SECONDS))
    entry = Entry(choice.action, *about(choice, target), before, after, choice.guideline, choice.reason, made)
    await modlog.write(viewer, entry)
    return made


async def _require_moderated(viewer: Viewer, choice: Choice, target: Target) -> None:
    """Raise NotFound, or Forbidden for what only moderators of the whole site may do."""
    await rooms.require(viewer, target.thread)
    if viewer.access < ACTIONS[choice.action].access:
        raise Forbidden(N_("Only moderators of the whole site can do this."))
    if choice.action == "move" and choice.to is not None:
        await rooms.require(viewer, choice.to.thread)


def about(choice: Choice, target: Target) -> tuple[str, int]:
    """The kind and id that a decision is about: the target, or its author for actions on members."""
    if choice.action in ON_MEMBER and target.member is not None:
        return "member", target.member
    return target.kind, target.id


async def close(item: int, outcome: str | None) -> None:
    """Close an item and answer its reports with `outcome`; None leaves it open and escalates it."""
    await db.execute(CLOSE_ITEM, item, outcome is None, None)
    await reports.notify_queue()
    if outcome is None:
        return
    # The database allows only these two steps (schema.sql).
    of_item = Report.item == item
    await Report.update({Report.state: "claimed"}).where(of_item, Report.state == "open")
    await Report.update({Report.state: "resolved", Report.outcome: outcome, Report.resolved_at: NOW}).where(
        of_item, Report.state == "claimed"
    )


async def wait_for_author(item: int) -> None:
    """Leave an item, and its reports, until its author has edited it or a day has passed."""
    await db.execute(CLOSE_ITEM, item, *(False, ASKED_HOURS))
    await reports.notify_queue()


async def save(
    viewer: Viewer,
    choice: Choice,
    target: Target,
    before: dict[str, Any],
    *,
    state: str = "in_force",
    item: int | None = None,
    in_good_standing: bool = False,
) -> int:
    """Insert a decision, with the state of its target `before`; return its id."""
    kind, number = about(choice, target)
    row = Decision(
        item=item,
        kind=kind,
        target=number,
        thread=target.thread,
        action=choice.action,
        guideline=choice.guideline,
        reason=choice.reason,
        law=choice.law or None,
        moderator=viewer.id,
        member=_concerned(viewer, choice, target),
        until=choice.ends,
        role=choice.role,
        passage=choice.to.passage if choice.action == "passage" and choice.to else None,
        state=state,
        in_good_standing=in_good_standing,
        before=msgspec.json.encode(before).decode(),
    )
    (made,) = await Decision.insert(row)
    for hook in after_decision:
        hook()
    decision: int = made["id"]
    return decision


def _concerned(viewer: Viewer, choice: Choice, target: Target) -> int | None:
    """The member who reads the reason. Of other decisions about articles, nobody does."""
    told = ACTIONS[choice.action].restricts or (choice.action == "archive" and target.member != viewer.id)
    return target.member if told or target.kind != "article" else None


def _takes_two(choice: Choice) -> bool:
    """Whether two must agree, whatever was decided before (moderation-proofs.md R11)."""
    return choice.action == "role" or (choice.action == "suspend" and choice.days is None)


async def _has_second(viewer: Viewer, choice: Choice, target: Target, item: int | None) -> bool:
    """Whether there is somebody else who may agree. Nobody who reported the item can."""
    by_admins = choice.action == "role" or (choice.action in ON_MEMBER and target.role != "member")
    staff = ["admin"] if by_admins else ["moderator", "admin"]
    reporters = await db.values(SELECT_REPORTERS_EVER, item, viewer.id, target.member)
    taken = [member for member in (viewer.id, target.member, *reporters) if member is not None]
    return bool(await db.value(HAS_OTHERS, staff, taken))


async def reporters_but(viewer: Viewer, item: int | None) -> set[int]:
    """The reporters who may not decide on an item; a moderator who reported it may, where nobody else can."""
    of_item = Report.select(Report.reporter).where(Report.item == item, Report.state != "resolved")
    members = set(await db.values(of_item.where(Report.reporter.is_not_null())))
    return members - {viewer.id} if viewer.id in members and await is_alone(viewer) else members


async def _load_item(item: int, *, lock: bool = False) -> DecidedItem:
    query = QueueItem.select().where(QueueItem.id == item)
    row = await db.fetch_one(DecidedItem, query.lock_rows() if lock else query)
    if row is None:
        raise NotFound(N_("There is no page at this address."))
    return row
