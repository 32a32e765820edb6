"""Appeals: one a decision, for half a year, decided by somebody else."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.core import db
from parley.core.access import Viewer
from parley.core.errors import Forbidden, NotFound, Refused
from parley.moderation import decisions, effects, letters, record, rules, targets
from parley.moderation.record import Entry
from parley.moderation.rules import Stale

OUTCOMES = ("upheld", "overturned", "modified")


class Filed(msgspec.Struct, frozen=True):
    id: int
    decision: int
    member: int
    state: str
    assigned_to: int | None


FILED = "select id, decision, member, state, assigned_to from appeal where id = $1"
FILE = """
insert into appeal (decision, member, text, created_at) values ($1, $2, $3, now()) on conflict (decision) do nothing
returning id
"""
ANSWER = "update appeal set state = $2, answer = $3, decided_at = now() where id = $1"


async def file(*, decision: int, text: str) -> int:
    """Ask for a decision to be reviewed, for whom it concerns; the caller knows that it is them.

    Raises Refused when it was asked before, or too late, or the decision is in force no longer.
    """
    made = await decisions.found(decision)
    if made.member is None or made.state != "in_force":
        raise Refused("This decision is not in force any more, so there is nothing to appeal against.")
    if datetime.now(UTC) - made.created_at > timedelta(days=rules.APPEAL_DAYS):
        raise Refused("Appeals were possible for six months. That time is over.")
    async with db.atomic():
        filed: int | None = await db.value(FILE, decision, made.member, text)
        if filed is None:
            raise Refused("You have appealed against this decision before; it is reviewed once.")
        await record.write(None, Entry("appeal", made.kind, made.target, decision=decision), role="member")
    return filed


async def take(viewer: Viewer, appeal: int) -> None:
    """Take an appeal on. Raises Forbidden for whoever made the decision or is concerned."""
    async with db.atomic():
        filed = await _found(appeal)
        made = await decisions.found(filed.decision)
        if viewer.id in (made.moderator, filed.member):
            raise Forbidden(
                "An appeal is decided by somebody who had no part in it. Please leave it to another moderator."
            )
        if filed.state == "assigned" and filed.assigned_to == viewer.id:
            return
        if filed.state != "filed":
            raise Stale("Somebody else has taken this appeal on.")
        await db.execute("update appeal set state = 'assigned', assigned_to = $2 where id = $1", appeal, viewer.id)


async def decide(viewer: Viewer, appeal: int, *, outcome: str, answer: str) -> None:
    """Uphold a decision, overturn it and give everything back, or modify it; the answer is mailed."""
    if outcome not in OUTCOMES or not answer.strip():
        raise Refused("Please choose an outcome, and write a sentence on why: the person will read it.")
    await take(viewer, appeal)
    async with db.atomic():
        filed = await _found(appeal, lock=False)
        made = await decisions.found(filed.decision)
        target = await targets.lock(made.kind, made.target)
        filed = await _found(appeal)
        if filed.state != "assigned" or filed.assigned_to != viewer.id:
            raise Stale("This appeal was decided meanwhile.")
        await db.execute(ANSWER, appeal, outcome, answer)
        change: effects.Change = {}, {}
        if outcome == "overturned":
            await decisions.end(made, "overturned")
            change = await effects.take_back(target, made.was, viewer.id)
        await letters.answer(appeal)
        entry = Entry(f"appeal.{outcome}", made.kind, made.target, *change, reason=answer, decision=made.id)
        await record.write(viewer, entry)


async def _found(appeal: int, *, lock: bool = True) -> Filed:
    filed = await db.fetch_one(Filed, FILED + (" for update" if lock else ""), appeal)
    if filed is None:
        raise NotFound("There is no such appeal.")
    return filed
