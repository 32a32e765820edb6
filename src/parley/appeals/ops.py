"""Appeals: one per decision, within half a year, decided by another moderator where there is one."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.appeals import queries
from parley.appeals.tables import Appeal
from parley.core import db
from parley.core.db import NOW
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.http.access import Viewer
from parley.core.text.messages import N_
from parley.decisions import effects, letters, rules
from parley.decisions import ops as decisions
from parley.decisions.effects import Change
from parley.decisions.rows import DecisionRow, end, load
from parley.decisions.rules import ON_MEMBER, OUTCOMES, Choice, Stale
from parley.decisions.tables import Decision
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import receipts, targets
from parley.reports.targets import Target


class AppealState(msgspec.Struct, frozen=True):
    id: int
    decision: int
    member: int
    state: str
    assigned_to: int | None
    overdue: bool


FILED = """
select id, decision, member, state, assigned_to, created_at < now() - $2 * interval '1 day' as overdue
from appeal where id = $1
"""
# The reports that the overturned decision upheld become declined, so that reporters' weights follow the final outcome.
# Reports that a later decision answered stay as they are.
DECLINE_REPORTS = """
update report r set outcome = 'declined'
where r.item = $1 and r.outcome = 'upheld' and r.resolved_at >= $3 and not exists (
    select from decision d
    where d.item = r.item and d.id > $2 and d.state = 'in_force' and d.created_at <= r.resolved_at)
returning r.id
"""


async def file(*, decision: int, text: str) -> int:
    """Appeal a decision and return the id of the appeal. The caller has checked that it is the member concerned.

    Raises Refused if the decision was appealed before, is too old or is no longer in force.
    """
    async with db.atomic():
        made = await load(decision, lock=True)
        if made.member is None or made.state != "in_force":
            raise Refused(N_("This decision is no longer in force, so there is nothing to appeal."))
        if datetime.now(UTC) - made.created_at > timedelta(days=rules.APPEAL_DAYS):
            raise Refused(N_("You could appeal for six months after the decision. That time has passed."))
        filed = await Appeal.insert(Appeal(decision=decision, member=made.member, text=text)).on_conflict(
            Appeal.decision, "DO NOTHING"
        )
        if not filed:
            raise Refused(N_("You have already appealed this decision. You can appeal only once."))
        await modlog.write(None, Entry("appeal", made.kind, made.target, decision=decision), role="member")
    appeal: int = filed[0]["id"]
    return appeal


async def withdraw(decision: int) -> None:
    """Withdraw the appeal against a decision. The caller has checked that it is the member concerned.

    Raises Refused once a moderator has taken on the appeal.
    """
    async with db.atomic():
        made = await load(decision, lock=True)
        withdrawn = Appeal.update({Appeal.state: "withdrawn", Appeal.decided_at: NOW}).where(
            Appeal.decision == decision, Appeal.state == "filed"
        )
        if not await withdrawn.returning(Appeal.id):
            raise Refused(N_("This appeal is being decided or has been decided, so it cannot be withdrawn."))
        await modlog.write(None, Entry("appeal.withdrawn", made.kind, made.target, decision=decision), role="member")


async def take(viewer: Viewer, appeal: int) -> None:
    """Assign an appeal to the viewer, even one that is assigned to another moderator if it is overdue.

    Raises Forbidden for moderators with a part in the decision, Stale where it is decided or assigned to another one.
    """
    async with db.atomic():
        filed, made, target = await _locked(appeal)
        await _assign(viewer, filed, made, target)


async def decide(
    viewer: Viewer, appeal: int, *, outcome: str, answer: str, action: str = "", days: int | None = None
) -> None:
    """Uphold a decision, overturn it, or modify it to a milder `action` for `days`, and mail the answer.

    Raises as `take`, and Refused without an outcome, an answer, or a milder action.
    """
    if outcome not in OUTCOMES or not answer.strip():
        raise Refused(N_("Please choose an outcome and give a reason: the member will read it."))
    async with db.atomic():
        filed, made, target = await _locked(appeal)
        alone = await _assign(viewer, filed, made, target)
        change: Change = {}, {}
        if outcome == "overturned":
            change = await _overturn(viewer, made, target)
        elif outcome == "modified":
            change = await _modify(viewer, made, target, Choice(0, 0, action, None, made.reason, days))
        await Appeal.update({Appeal.state: outcome, Appeal.answer: answer, Appeal.decided_at: NOW}).where(
            Appeal.id == appeal
        )
        await letters.send_appeal_outcome(appeal, had_part=alone)
        entry = Entry(f"appeal.{outcome}", made.kind, made.target, *change, reason=answer, decision=made.id)
        await modlog.write(viewer, entry)


async def _locked(appeal: int) -> tuple[AppealState, DecisionRow, Target]:
    """Lock an appeal, its decision and the target, in the usual order. Raises NotFound."""
    made = await load((await _load_appeal(appeal)).decision)
    target = await targets.lock(made.kind, made.target)
    return await _load_appeal(appeal, lock=True), await load(made.id, lock=True), target


async def _assign(viewer: Viewer, filed: AppealState, made: DecisionRow, target: Target) -> bool:
    """Assign an appeal; return whether the viewer had a part in the decision, and nobody else could review it."""
    reporters = await decisions.reporters(made.item, ever=True)
    had_part = viewer.id in {made.moderator, made.second, *reporters}
    alone = had_part and not await queries.has_reviewer(made.id)
    rules.require_decision_allowed(viewer, filed.member, set() if alone else reporters)
    if made.action in ON_MEMBER:
        rules.require_rank_over(viewer, target.role)
    if had_part and not alone:
        raise Forbidden(
            N_("Somebody who had no part in the decision decides the appeal. Please leave it to another moderator.")
        )
    if filed.state not in {"filed", "assigned"}:
        raise Stale(N_("This appeal has been decided in the meantime. This is the current state."))
    if filed.assigned_to not in {None, viewer.id} and not filed.overdue:
        raise Stale(N_("This appeal is assigned to another moderator."))
    await Appeal.update({Appeal.state: "assigned", Appeal.assigned_to: viewer.id}).where(Appeal.id == filed.id)
    return alone


async def _overturn(viewer: Viewer, made: DecisionRow, target: Target) -> Change:
    """Revert a decision, and tell the reporters that it was overturned."""
    await end(made.id, "overturned")
    if made.item is not None:
        await receipts.send_correction(await db.values(DECLINE_REPORTS, made.item, made.id, made.created_at), made.id)
    return await effects.release(target, made.was, viewer.id, cleared=True)


async def _modify(viewer: Viewer, made: DecisionRow, target: Target, choice: Choice) -> Change:
    """Replace a decision by a milder one."""
    if made.state != "in_force":
        raise Refused(N_("This decision has already ended, so no milder one can replace it. Uphold it or overturn it."))
    rules.require_milder(made.kind, made.action, made.until, choice)
    await Decision.update({Decision.action: choice.action, Decision.until: choice.ends}).where(Decision.id == made.id)
    reverted = await effects.release(target, made.was, viewer.id, cleared=True)
    if made.kind == "member" or choice.action == "warn":
        return reverted
    applied = await effects.apply(await targets.lock(made.kind, made.target), choice, viewer.id)
    return {**applied[0], **reverted[0]}, {**reverted[1], **applied[1]}


async def _load_appeal(appeal: int, *, lock: bool = False) -> AppealState:
    filed = await db.fetch_one(AppealState, FILED + (" for update" if lock else ""), appeal, rules.OVERDUE_DAYS)
    if filed is None:
        raise NotFound(N_("There is no such appeal."))
    return filed
