"""Ending expired silences and suspensions."""

from datetime import UTC, datetime

from parley.moderation.decisions import sanctions
from parley.moderation.decisions.rows import end, load
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import targets
from parley.platform import db
from parley.platform.events import attempts

SELECT_DUE = f"""
select id from decision where state = 'in_force' and until <= now() and {attempts.due("sanctions", "id")}
order by until limit 100
"""  # noqa: S608 constants only


async def end_sanctions() -> int:
    """Mark expired silences and suspensions as ended; return their number.

    Members need not wait for this job: a state counts as over from its end on (people/accounts/states.py).
    """
    return sum(await attempts.each("sanctions", await db.values(SELECT_DUE), _end))


async def _end(decision: int) -> bool:
    async with db.atomic():
        made = await load(decision)
        target = await targets.lock(made.kind, made.target)
        made = await load(decision, lock=True)
        if made.state != "in_force" or made.until is None or made.until > datetime.now(UTC):
            return False
        await end(made.id, "ended")
        before, after = await sanctions.settle(target)
        await modlog.write(None, Entry("end", made.kind, made.target, before, after, decision=decision))
    return True
