"""Reminding the staff of appeals and proposals that wait too long."""

from parley.core import db
from parley.core.settings import settings
from parley.decisions.rules import OVERDUE_DAYS
from parley.reports import staff_mail

LATE = """
select (select count(*) from appeal where state in ('filed', 'assigned') and created_at < now() - $1 * interval '1 day')
     + (select count(*) from decision where state = 'awaiting' and created_at < now() - $1 * interval '1 day')
"""


async def alarm() -> int:
    """Mail the staff, once a day, how much has waited for a second look for more than a week; return how much."""
    late: int = await db.value(LATE, OVERDUE_DAYS)
    if late:
        async with db.atomic():
            link = f"{settings().base_url}/mod/appeals"
            await staff_mail.tell("overdue", "overdue", hours=24, late=late, days=OVERDUE_DAYS, link=link)
    return late
