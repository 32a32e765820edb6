"""The letter to admins about what `parley doctor` finds."""

from parley.moderation.reports import staff_mail
from parley.platform import db
from parley.platform.settings import settings
from parley.site.doctor import examine
from parley.site.doctor.checks import Level

# One a day, whichever worker is first.
HOURS_BETWEEN = 20


async def send() -> int:
    """Mail admins what is wrong, if they want that; return how many findings there are."""
    if not settings().doctor_mail:
        return 0
    found = [check for check in await examine(settings()) if check.level is not Level.OK]
    if found:
        async with db.atomic():
            link = f"{settings().base_url}/mod/site?check=1#checks"
            await staff_mail.send("doctor", "doctor", hours=HOURS_BETWEEN, roles=("admin",), checks=found, link=link)
    return len(found)
