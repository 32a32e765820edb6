"""Reminding staff of overdue appeals and proposals."""

from parley.moderation.appeals.queries import IS_OPEN_APPEAL
from parley.moderation.decisions.rules import OVERDUE_DAYS
from parley.moderation.reports import staff_mail
from parley.platform import db
from parley.platform.settings import settings

COUNT_OVERDUE = f"""
select (select count(*) from appeal a where {IS_OPEN_APPEAL} and created_at < now() - $1 * interval '1 day')
     + (select count(*) from decision where state = 'awaiting' and created_at < now() - $1 * interval '1 day')
"""  # noqa: S608 constants only


async def remind() -> int:
    """Mail the staff, once a day, the number of overdue appeals and proposals; return it."""
    overdue: int = await db.value(COUNT_OVERDUE, OVERDUE_DAYS)
    if overdue:
        async with db.atomic():
            link = f"{settings().base_url}/mod/queue?kind=appeal"
            await staff_mail.send("overdue", "staff/overdue", hours=24, count=overdue, days=OVERDUE_DAYS, link=link)
    return overdue
