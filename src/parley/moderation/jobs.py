"""What the worker does for moderators: sanctions end, holds do not last for ever, what waits too long is told."""

from datetime import UTC, datetime

from parley.core import attempts, db
from parley.core.settings import settings
from parley.moderation import decisions, holds, record, sanctions, targets
from parley.moderation.engine import staff
from parley.moderation.record import Entry
from parley.moderation.rules import OVERDUE_DAYS

DUE = f"""
select id from decision where state = 'in_force' and until <= now() and {attempts.due("sanctions", "id")}
order by until limit 100
"""  # noqa: S608 constants only
LATE = """
select (select count(*) from appeal where state in ('filed', 'assigned') and created_at < now() - $1 * interval '1 day')
     + (select count(*) from decision where state = 'awaiting' and created_at < now() - $1 * interval '1 day')
"""


async def end_sanctions() -> int:
    """Tidy up after silences and suspensions whose time is over, and return how many those were.

    Nobody waits for this: whoever reads a member's state knows its end (accounts/states.py).
    """
    return sum(await attempts.each("sanctions", await db.values(DUE), _end))


async def _end(decision: int) -> bool:
    async with db.atomic():
        made = await decisions.found(decision)
        target = await targets.lock(made.kind, made.target)
        made = await decisions.found(decision, lock=True)
        if made.state != "in_force" or made.until is None or made.until > datetime.now(UTC):
            return False
        await decisions.end(made, "ended")
        before, after = await sanctions.settle(target)
        await record.write(None, Entry("end", made.kind, made.target, before, after, decision=decision))
    return True


async def look_after_holds() -> int:
    """Pass on what has waited for too long, give back what nobody came to, and return how much either is."""
    return await holds.pass_on() + sum(await attempts.each(holds.EXPIRING, await holds.due(), holds.expire))


async def alarm() -> int:
    """Mail the staff, once a day, how much has waited for a second look for more than a week; return how much."""
    late: int = await db.value(LATE, OVERDUE_DAYS)
    if late:
        async with db.atomic():
            link = f"{settings().base_url}/mod/appeals"
            await staff.tell("overdue", "overdue", hours=24, late=late, days=OVERDUE_DAYS, link=link)
    return late
