"""Marking everything up to a time as read: in one thread, or in all that a member follows."""

from datetime import datetime

from parley.discussion.threads import reading
from parley.letters.for_you.queries import SELECT_TRACKED_THREADS
from parley.letters.notifications.ops import mark_read_before
from parley.platform import db

SELECT_WITH_NEWS = f"""
select tracked.thread from ({SELECT_TRACKED_THREADS}) tracked
join thread t on t.id = tracked.thread and t.last_activity_at > tracked.read_until order by tracked.thread
"""  # noqa: S608 constants only


async def mark_read_up_to(member: int, thread: int, seq: int) -> None:
    """Mark everything in a thread up to and including its event `seq` as read, and the notifications about it."""
    until = await reading.page_time(thread, seq)
    if until is None:
        return
    async with db.atomic():
        await reading.mark_read_until(member, [thread], until)
        await mark_read_before(member, [thread], until)


async def mark_all_read(member: int, until: datetime) -> None:
    """Mark everything posted up to and including `until` as read in the member's threads, and the notifications."""
    async with db.atomic():
        threads = await db.values(SELECT_WITH_NEWS, member)
        await reading.mark_read_until(member, threads, until)
        await mark_read_before(member, threads, until)
