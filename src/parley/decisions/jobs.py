"""Ending silences and suspensions whose time is over."""

from datetime import UTC, datetime

from parley.core import db
from parley.core.events import attempts
from parley.decisions import ops, sanctions
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import targets

DUE = f"""
select id from decision where state = 'in_force' and until <= now() and {attempts.due("sanctions", "id")}
order by until limit 100
"""  # noqa: S608 constants only


async def end_sanctions() -> int:
    """Tidy up after silences and suspensions whose time is over, and return how many those were.

    Nobody waits for this: whoever reads a member's state knows its end (accounts/states.py).
    """
    return sum(await attempts.each("sanctions", await db.values(DUE), _end))


async def _end(decision: int) -> bool:
    async with db.atomic():
        made = await ops.found(decision)
        target = await targets.lock(made.kind, made.target)
        made = await ops.found(decision, lock=True)
        if made.state != "in_force" or made.until is None or made.until > datetime.now(UTC):
            return False
        await ops.end(made, "ended")
        before, after = await sanctions.settle(target)
        await modlog.write(None, Entry("end", made.kind, made.target, before, after, decision=decision))
    return True
