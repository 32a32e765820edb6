"""Appeals: one a decision, for half a year, decided by somebody else."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.http.access import Viewer
from parley.decisions import effects, letters, rules
from parley.decisions import ops as decisions
from parley.decisions.effects import Change
from parley.decisions.rows import DecisionRow, end, load
from parley.decisions.rules import ON_MEMBER, OUTCOMES, Choice, Stale
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import receipts, targets
from parley.reports.targets import Target


class Filed(msgspec.Struct, frozen=True):
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
FILE = """
insert into appeal (decision, member, text, created_at) values ($1, $2, $3, now()) on conflict (decision) do nothing
returning id
"""
WITHDRAW = "update appeal set state = 'withdrawn', decided_at = now() where decision = $1 and state = 'filed'"
TAKE = "update appeal set state = 'assigned', assigned_to = $2 where id = $1"
ANSWER = "update appeal set state = $2, answer = $3, decided_at = now() where id = $1"
LESSEN = "update decision set action = $2, until = $3 where id = $1"
# Whoever reported was right in the eyes of the first; their word weighs by what stands in the end. What a later
# decision on the same item answered is left alone.
LEARN = """
update report r set outcome = 'declined'
where r.item = $1 and r.outcome = 'upheld' and r.resolved_at >= $3 and not exists (
    select from decision d
    where d.item = r.item and d.id > $2 and d.state = 'in_force' and d.created_at <= r.resolved_at)
returning r.id
"""


async def file(*, decision: int, text: str) -> int:
    """Ask for a decision to be reviewed, for whom it concerns; the caller knows that it is them.

    Raises Refused when it was asked before, or too late, or the decision is in force no longer.
    """
    async with db.atomic():
        made = await load(decision, lock=True)
        if made.member is None or made.state != "in_force":
            raise Refused("This decision is no longer in force, so there is nothing to appeal.")
        if datetime.now(UTC) - made.created_at > timedelta(days=rules.APPEAL_DAYS):
            raise Refused("Appeals were possible for six months. That time has passed.")
        filed: int | None = await db.value(FILE, decision, made.member, text)
        if filed is None:
            raise Refused("You have already appealed this decision; it is reviewed once.")
        await modlog.write(None, Entry("appeal", made.kind, made.target, decision=decision), role="member")
    return filed


async def withdraw(decision: int) -> None:
    """Take an appeal against a decision back, for whom it concerns; the caller knows that it is them.

    Raises Refused when there is none that waits: once a moderator has taken it on, it is answered.
    """
    async with db.atomic():
        made = await load(decision, lock=True)
        if not await db.execute(WITHDRAW, decision):
            raise Refused("This appeal is being decided or has been decided, so it cannot be withdrawn.")
        await modlog.write(None, Entry("appeal.withdrawn", made.kind, made.target, decision=decision), role="member")


async def take(viewer: Viewer, appeal: int) -> None:
    """Take an appeal on, also one that somebody else let lie for too long.

    Raises Forbidden for whoever had a part in it, Stale when somebody else has it.
    """
    async with db.atomic():
        filed, made, target = await _locked(appeal)
        await _assign(viewer, filed, made, target)


async def decide(
    viewer: Viewer, appeal: int, *, outcome: str, answer: str, action: str = "", days: int | None = None
) -> None:
    """Uphold a decision, overturn it and give everything back, or modify it: `action`, for `days`, takes less.

    The answer is mailed. Raises as `take`, and Refused for an answer that is none.
    """
    if outcome not in OUTCOMES or not answer.strip():
        raise Refused("Please choose an outcome and give a reason: the member will read it.")
    async with db.atomic():
        filed, made, target = await _locked(appeal)
        await _assign(viewer, filed, made, target)
        change: Change = {}, {}
        if outcome == "overturned":
            change = await _overturn(viewer, made, target)
        elif outcome == "modified":
            change = await _lessen(viewer, made, target, Choice(0, 0, action, None, made.reason, days))
        await db.execute(ANSWER, appeal, outcome, answer)
        await letters.send_appeal_outcome(appeal)
        entry = Entry(f"appeal.{outcome}", made.kind, made.target, *change, reason=answer, decision=made.id)
        await modlog.write(viewer, entry)


async def _locked(appeal: int) -> tuple[Filed, DecisionRow, Target]:
    """The appeal with its decision and their target, locked from the target on."""
    made = await load((await _found(appeal)).decision)
    target = await targets.lock(made.kind, made.target)
    return await _found(appeal, lock=True), await load(made.id, lock=True), target


async def _assign(viewer: Viewer, filed: Filed, made: DecisionRow, target: Target) -> None:
    reporters = await decisions.reporters(made.item, ever=True)
    rules.may_decide(viewer, filed.member, reporters)
    if made.action in ON_MEMBER:
        rules.may_act_on(viewer, target.role)
    if viewer.id in (made.moderator, made.second):
        raise Forbidden("An appeal is decided by somebody who had no part in it. Please leave it to another moderator.")
    if filed.state not in {"filed", "assigned"}:
        raise Stale("This appeal has been decided in the meantime. This is the current state.")
    if filed.assigned_to not in {None, viewer.id} and not filed.overdue:
        raise Stale("Another moderator has taken on this appeal.")
    await db.execute(TAKE, filed.id, viewer.id)


async def _overturn(viewer: Viewer, made: DecisionRow, target: Target) -> Change:
    """Give back what a decision took, as if it had never been: whoever reported was not right, and is told so."""
    await end(made.id, "overturned")
    if made.item is not None:
        await receipts.correct(await db.values(LEARN, made.item, made.id, made.created_at), made.id)
    return await effects.release(target, made.was, viewer.id, cleared=True)


async def _lessen(viewer: Viewer, made: DecisionRow, target: Target, choice: Choice) -> Change:
    """Put something in a decision's place that takes less."""
    if made.state != "in_force":
        raise Refused("This decision has already ended, so it cannot be reduced. Uphold it or overturn it.")
    rules.may_lessen(made.action, made.until, choice)
    await db.execute(LESSEN, made.id, choice.action, choice.ends)
    back = await effects.release(target, made.was, viewer.id, cleared=True)
    if made.kind == "member" or choice.action == "warn":
        return back
    forth = await effects.apply(await targets.lock(made.kind, made.target), choice, viewer.id)
    return {**forth[0], **back[0]}, {**back[1], **forth[1]}


async def _found(appeal: int, *, lock: bool = False) -> Filed:
    filed = await db.fetch_one(Filed, FILED + (" for update" if lock else ""), appeal, rules.OVERDUE_DAYS)
    if filed is None:
        raise NotFound("There is no such appeal.")
    return filed
