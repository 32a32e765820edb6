"""The weekly letter to moderators: what was decided, who did it, and the head of the record."""

from datetime import UTC, datetime, timedelta

import msgspec

from parley.moderation.dashboard import queries
from parley.moderation.modlog import ops as modlog
from parley.moderation.reports import staff_mail
from parley.moderation.reports.queries import IS_OPEN
from parley.moderation.rings import queries as rings
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.durations import in_two_units

DAYS = 7
# On Mondays from this hour on (UTC).
HOUR = 6
# No second letter within the same week.
HOURS_BETWEEN = 6 * 24

SELECT_WEEK = f"""
select (select count(*) from comment where created_at >= $1 and author is not null) as comments,
       (select count(*) from report where created_at >= $1) as reports,
       count(*) filter (where moderator is not null) as decisions,
       count(*) filter (where moderator is null) as by_rules,
       count(*) filter (where state = 'overturned') as overturned,
       (select count(*) from queue_item i where {IS_OPEN}) as waiting,
       (select count(*) from appeal where created_at >= $1) as appeals
from decision where created_at >= $1 and state not in ('undone', 'rejected')
"""  # noqa: S608 constants only


class Week(msgspec.Struct, frozen=True):
    """The figures of a week; `by_rules`: decisions of automatic rules. `waiting`: open items now."""

    comments: int
    reports: int
    decisions: int
    by_rules: int
    overturned: int
    waiting: int
    appeals: int


async def send_on_monday() -> int:
    """Mail the letter on Monday mornings, once; return whether it is one."""
    now = datetime.now(UTC)
    if now.weekday() or now.hour < HOUR:
        return 0
    async with db.atomic():
        await send(now - timedelta(days=DAYS))
    return 1


async def send(since: datetime) -> None:
    """Mail the letter about the days since then, unless one was mailed this week."""
    (week,) = await db.fetch(Week, SELECT_WEEK, since)
    waited = next((row for row in await queries.waited(since, "week") if row.start is None), None)
    await staff_mail.send(
        "weekly",
        "staff/weekly",
        hours=HOURS_BETWEEN,
        week=week,
        half=in_two_units(waited.half) if waited else None,
        grounds=[{"row": row, "half": in_two_units(row.half)} for row in await queries.waited_by_ground(since)],
        load=await queries.load(since),
        many=queries.MANY_VIEWED,
        rings=await rings.count(),
        head=await modlog.head(),
        link=f"{settings().base_url}/mod",
    )
