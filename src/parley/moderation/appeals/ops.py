"""Appeals, one per decision, within half a year; and second looks.

A moderator who had no part in the decision decides; if there is none, one who had. In a second look, a moderator judges
a comment without knowing another's decision (moderation-proofs.md R10).
"""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.appeals import queries, second_look_queries
from parley.moderation.appeals.rules import JUDGEMENTS, OUTCOMES, require_milder
from parley.moderation.appeals.tables import Appeal, SecondLook
from parley.moderation.decisions import effects, letters, rows, rules
from parley.moderation.decisions.rows import DecisionRow
from parley.moderation.decisions.rules import Choice, Stale
from parley.moderation.decisions.tables import Decision
from parley.moderation.decisions.thread_settings import Change
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import receipts, targets
from parley.moderation.reports.targets import Target
from parley.people import mail
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_

SELECT_APPEAL_STATE = """
select id, decision, member, state, assigned_to, created_at < now() - $2 * interval '1 day' as overdue
from appeal where id = $1
"""
# The reports that the overturned decision upheld become declined, so that reporters' weights follow the final outcome.
DECLINE_REPORTS = f"""
update report r set outcome = 'declined' from decision d
where d.id = $1 and r.outcome = 'upheld' and {rows.HAS_ANSWERED} returning r.id
"""  # noqa: S608 constants only
SELECT_APPELLANT = """
select m.name, m.email, a.decision, a.state as outcome, a.answer from appeal a join member m on m.id = a.member
where a.id = $1
"""


class AppealState(msgspec.Struct, frozen=True):
    """What assigning and deciding an appeal read of it."""

    id: int
    decision: int
    member: int
    state: str
    assigned_to: int | None
    overdue: bool


async def file(*, decision: int, text: str) -> int:
    """Appeal against a decision and return the id of the appeal.

    The caller has checked that the member concerned is asking. Raises Refused if there was an appeal before, or the
    decision is too old or is not in force.
    """
    async with db.atomic():
        row = await rows.load(decision, lock=True)
        if row.member is None or row.state != "in_force" or row.action == "message":
            raise Refused(N_("This decision is not in force, so there is nothing to appeal against."))
        if datetime.now(UTC) - row.created_at > timedelta(days=rules.APPEAL_DAYS):
            raise Refused(N_("You could appeal for six months after the decision. That time has passed."))
        inserted = await Appeal.insert(Appeal(decision=decision, member=row.member, text=text)).on_conflict(
            Appeal.decision, "DO NOTHING"
        )
        if not inserted:
            raise Refused(N_("You have already appealed against this decision. You can appeal only once."))
        await modlog.write(None, Entry("appeal", row.kind, row.target, decision=decision), role="member")
    appeal: int = inserted[0]["id"]
    return appeal


async def withdraw(decision: int) -> None:
    """Withdraw the appeal against a decision. The caller has checked that the member concerned is asking.

    Raises Refused once it is assigned to a moderator.
    """
    async with db.atomic():
        row = await rows.load(decision, lock=True)
        withdrawal = Appeal.update({Appeal.state: "withdrawn", Appeal.decided_at: NOW}).where(
            Appeal.decision == decision, Appeal.state == "filed"
        )
        if not await withdrawal.returning(Appeal.id):
            raise Refused(
                N_(
                    "There is no appeal here that you can still withdraw: it has been withdrawn, or a moderator has"
                    " started on it."
                )
            )
        await modlog.write(None, Entry("appeal.withdrawn", row.kind, row.target, decision=decision), role="member")


async def assign(viewer: Viewer, appeal_id: int) -> None:
    """Assign an appeal to the viewer, even one that is assigned to another moderator if it is overdue.

    Raises Forbidden for a moderator with a part in the decision if somebody else can review it, and Stale if the appeal
    is decided, withdrawn or assigned to another moderator.
    """
    async with db.atomic():
        appeal, decision, target = await _lock(appeal_id)
        await _require_reviewer_and_assign(viewer, appeal, decision, target)


async def decide(
    viewer: Viewer, appeal_id: int, *, outcome: str, answer: str, action: str = "", days: int | None = None
) -> None:
    """Uphold a decision, overturn it, or modify it to a milder `action` for `days`, and mail the answer.

    Raises what `assign` raises, and Refused without an outcome, an answer, or a milder action.
    """
    if outcome not in OUTCOMES or not answer.strip():
        raise Refused(N_("Please choose an outcome and write an answer: the member will read it."))
    async with db.atomic():
        appeal, decision, target = await _lock(appeal_id)
        is_last_resort = await _require_reviewer_and_assign(viewer, appeal, decision, target)
        change: Change = {}, {}
        if outcome == "overturned":
            change = await _overturn(viewer, decision, target)
        elif outcome == "modified":
            # No queue item is involved.
            choice = Choice(item=0, version=0, action=action, reason=decision.reason, days=days)
            change = await _modify(viewer, decision, target, choice)
        await Appeal.update({Appeal.state: outcome, Appeal.answer: answer, Appeal.decided_at: NOW}).where(
            Appeal.id == appeal_id
        )
        await _send_outcome(appeal_id, is_last_resort=is_last_resort)
        entry = Entry(f"appeal.{outcome}", decision.kind, decision.target, *change, reason=answer, decision=decision.id)
        await modlog.write(viewer, entry)


class Appellant(msgspec.Struct, frozen=True):
    name: str
    email: str
    decision: int
    outcome: str
    answer: str


async def _send_outcome(appeal: int, *, is_last_resort: bool) -> None:
    """Mail the outcome of an appeal, with a link to the statement of reasons.

    `is_last_resort` says that the reviewer had a part in the decision, and nobody else could review it.
    """
    for appellant in await db.fetch(Appellant, SELECT_APPELLANT, appeal):
        context = msgspec.structs.asdict(appellant) | {
            "link": letters.link(appellant.decision),
            "is_last_resort": is_last_resort,
        }
        with speaking(await mail.language_of(appellant.email)):
            await mail.send(f"appeal.{appeal}", appellant.email, *mail.written_message("appeal", **context))
        for hook in letters.after_letters:
            await hook(appellant.decision)


async def _lock(appeal_id: int) -> tuple[AppealState, DecisionRow, Target]:
    """Lock the target, the decision and the appeal, in this order as everywhere. Raises NotFound."""
    decision = await rows.load((await _load_appeal(appeal_id)).decision)
    target = await targets.lock(decision.kind, decision.target)
    decision = await rows.load(decision.id, lock=True)
    return await _load_appeal(appeal_id, lock=True), decision, target


async def _require_reviewer_and_assign(
    viewer: Viewer, appeal: AppealState, decision: DecisionRow, target: Target
) -> bool:
    """Assign an appeal. Return whether the viewer had a part in the decision, and nobody else can review it.

    Raises what `assign` raises.
    """
    await rooms.require(viewer, target.thread or decision.thread)
    reporters = await rows.reporters(decision.id)
    had_part = viewer.id in {decision.moderator, decision.second_moderator, *reporters}
    is_last_resort = had_part and not await queries.has_reviewer(decision.id)
    rules.require_decision_allowed(viewer, appeal.member, set() if is_last_resort else reporters)
    if decision.kind == "member":
        rules.require_rank_over(viewer, target.role)
    if had_part and not is_last_resort:
        raise Forbidden(N_("You had a part in this decision, so another moderator has to review the appeal."))
    if appeal.state not in {"filed", "assigned"}:
        raise Stale(N_("This appeal has been decided or withdrawn in the meantime. This is its current state."))
    if appeal.assigned_to not in {None, viewer.id} and not appeal.overdue:
        raise Stale(N_("This appeal is assigned to another moderator."))
    await Appeal.update({Appeal.state: "assigned", Appeal.assigned_to: viewer.id}).where(Appeal.id == appeal.id)
    return is_last_resort


async def _overturn(viewer: Viewer, decision: DecisionRow, target: Target) -> Change:
    """Revert a decision, and tell the reporters that it was overturned."""
    await rows.end(decision.id, "overturned")
    await receipts.send_correction(await db.values(DECLINE_REPORTS, decision.id), decision.id)
    return await effects.revert(target, decision.was, viewer.id, cleared=True)


async def _modify(viewer: Viewer, decision: DecisionRow, target: Target, choice: Choice) -> Change:
    """Change the action and end of a decision to milder ones, and apply them."""
    if decision.state != "in_force":
        raise Refused(N_("This decision has already ended, so no milder one can replace it. Uphold it or overturn it."))
    require_milder(decision.kind, decision.action, decision.until, choice)
    await Decision.update({Decision.action: choice.action, Decision.until: choice.ends}).where(
        Decision.id == decision.id
    )
    reverted = await effects.revert(target, decision.was, viewer.id, cleared=True)
    # Sanctions are derived from the decisions in force, so reverting has applied the new one; a warning has no effect.
    if decision.kind == "member" or choice.action == "warn":
        return reverted
    applied = await effects.apply(await targets.lock(decision.kind, decision.target), choice, viewer.id)
    # Before: the oldest values. After: the newest.
    return {**applied[0], **reverted[0]}, {**reverted[1], **applied[1]}


async def _load_appeal(appeal_id: int, *, lock: bool = False) -> AppealState:
    sql = SELECT_APPEAL_STATE + (" for update" if lock else "")
    appeal = await db.fetch_one(AppealState, sql, appeal_id, rules.OVERDUE_DAYS)
    if appeal is None:
        raise NotFound
    return appeal


async def save_judgement(viewer: Viewer, decision: int, judgement: str | None) -> None:
    """Save what a moderator would have decided. The decision stays as it is.

    Raises Refused for an unknown judgement, Stale where the decision no longer waits for a second look by them.
    """
    if judgement not in JUDGEMENTS:
        raise Refused(N_("Please choose what you would have done."))
    second_look = SecondLook(decision=decision, moderator=viewer.id, judgement=judgement)
    insertion = SecondLook.insert(second_look).on_conflict(SecondLook.decision, "DO NOTHING")
    if await second_look_queries.decision_to_judge(viewer, decision) is None or not await insertion:
        raise Stale(N_("This decision no longer needs a second look. Your judgement was not saved."))
