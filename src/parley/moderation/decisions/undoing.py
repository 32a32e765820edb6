"""Undoing: a moderator takes their own decision back within half a minute, before any letter is sent."""

from datetime import UTC, datetime, timedelta

from parley.discussion.threads import rooms
from parley.discussion.threads.locks import lock_for_move
from parley.moderation.decisions import effects, letters
from parley.moderation.decisions.rows import DecisionRow, end, load
from parley.moderation.decisions.rules import ON_THREAD, UNDO_SECONDS
from parley.moderation.decisions.second_approval import lock_admins
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import ops as reports
from parley.moderation.reports import targets
from parley.moderation.reports.targets import Target
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# The decision about the author that was made together with one about what they wrote: in one transaction.
SELECT_SANCTION = """
select s.id from decision d join decision s on s.moderator = d.moderator and s.created_at = d.created_at and s.id > d.id
where d.id = $1 and s.kind = 'member' and s.target = d.member and s.state in ('in_force', 'awaiting')
"""
# Newer decisions about the item or, without one, about the target, and about the thread for a decision about it. A
# silence in a topic changes nothing elsewhere.
HAS_NEWER = """
select exists(select from decision where id > $2 and state <> 'undone' and (
    item = $1 or $1 is null and kind = $5 and target = $6 and action <> 'silence_topic'
    or thread = $3 and action = any($4::text[])))
"""
# Proposals that the decision superseded wait again.
REOPEN_PROPOSALS = """
update decision set state = 'awaiting', ended_at = null
where state = 'rejected' and second_moderator is null and ended_at = $4 and (item = $1 or kind = $2 and target = $3)
"""
# The decisions that were ended because everything is shown again are in force again.
RESUME_RESTRICTIONS = """
update decision set state = 'in_force', ended_at = null
where kind = $1 and target = $2 and state = 'ended' and ended_at = $3 returning id
"""
# The reports that the decision answered are open again, except where the same member has reported again since.
REOPEN_REPORTS = """
update report r set state = 'open', outcome = null, resolved_at = null
where r.item = $1 and r.resolved_at = $2 and not exists (
    select from report again where again.item = r.item and again.reporter = r.reporter and again.state <> 'resolved')
"""
# An item that was opened for the decision, without a report or a rule, is closed again. It is escalated again if it was
# before: by a proposal, by a moderator, or because a hold lasted too long.
WAS_OPENED_FOR_IT = """
    i.opened_at = $2 and i.risk = 0 and not exists (
        select from report r where r.item = i.id and r.state <> 'resolved') and not exists (
        select from comment c where i.kind = 'comment' and c.id = i.target and c.state = 'pending')
"""
REOPEN_ITEM = f"""
update queue_item i set state = case when {WAS_OPENED_FOR_IT} then 'done' else 'open' end,
  version = version + 1, asked_until = null, acted_at = nullif(acted_at, $2), escalated = exists (
    select from decision d where d.item = i.id and d.created_at >= i.opened_at
    and (d.state = 'awaiting' or d.action = 'escalate' and d.state = 'in_force')) or exists (
    select from mod_action a where a.kind = i.kind and a.target = i.target and a.action = 'escalate' and a.automated
    and a.at >= i.opened_at)
where i.id = $1
"""  # noqa: S608 constants only
# There is nothing left to appeal against. An appeal that a moderator reviews cannot be withdrawn any more (schema.sql).
END_APPEAL = """
update appeal set state = case state when 'filed' then 'withdrawn' else 'overturned' end, decided_at = now()
where decision = $1 and state in ('filed', 'assigned')
"""


async def undo(viewer: Viewer, decision: int) -> None:
    """Undo one's own decision: the target, the reports and the item are as before, and no letter is sent.

    A decision about the author that was made in the same transaction is undone too. Raises Refused if the decision is
    another moderator's, is older than half a minute or is not the newest; and if a second moderator approved it, since
    its letters are sent already.
    """
    async with db.atomic():
        await _undo(viewer, decision)
        for sanction in await db.values(SELECT_SANCTION, decision):
            await _undo(viewer, sanction)


async def _undo(viewer: Viewer, decision: int) -> None:
    made, target = await lock(decision)
    await _may_undo(viewer, made, target)
    await revert(viewer, made, target)


async def lock(decision: int) -> tuple[DecisionRow, Target]:
    """Lock a decision that is to be undone, after what it is about and the thread that a comment returns to."""
    made = await load(decision)
    if "place" in made.was:
        await lock_for_move(made.target, made.was["place"]["thread"])
    if made.action == "role":
        await lock_admins(made.target)
    target = await targets.lock(made.kind, made.target)
    return await load(decision, lock=True), target


async def revert(viewer: Viewer, made: DecisionRow, target: Target) -> None:
    """Undo a locked decision about a locked target. The caller has checked that the viewer may."""
    await end(made.id, "undone")
    await db.execute(END_APPEAL, made.id)
    if made.action in {"restore", "approve"}:
        resumed = await db.values(RESUME_RESTRICTIONS, made.kind, made.target, made.created_at)
        await letters.send_after_all(resumed)
    before, after = await effects.revert(target, made.was, viewer.id)
    await _reopen(made)
    await letters.cancel(made.id)
    await modlog.write(viewer, Entry("undo", made.kind, made.target, before, after, decision=made.id))


async def _may_undo(viewer: Viewer, made: DecisionRow, target: Target) -> None:
    await rooms.require(viewer, target.thread or made.thread)
    late = datetime.now(UTC) - made.created_at > timedelta(seconds=UNDO_SECONDS)
    was_announced = made.second_moderator is not None
    if made.moderator != viewer.id or made.state not in ("in_force", "awaiting") or late or was_announced:
        raise Refused(N_("This can no longer be undone. The decision stands; you can make a new one."))
    thread = made.thread if made.action in ON_THREAD else None
    if await db.value(HAS_NEWER, made.item, made.id, thread, list(ON_THREAD), made.kind, made.target):
        raise Refused(N_("There is a newer decision, so this can no longer be undone."))


async def _reopen(made: DecisionRow) -> None:
    await db.execute(REOPEN_PROPOSALS, made.item, made.kind, made.target, made.created_at)
    await db.execute(REOPEN_REPORTS, made.item, made.created_at)
    await db.execute(REOPEN_ITEM, made.item, made.created_at)
    await reports.notify_queue()
