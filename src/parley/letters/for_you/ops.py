"""Marking as read what is addressed to a member, one thread, or all that they follow."""

from collections.abc import Sequence
from datetime import datetime

from parley.discussion.threads import reading
from parley.letters.for_you.queries import SELECT_TRACKED_THREADS
from parley.letters.notifications import ops as notifications
from parley.letters.notifications.rules import OF_PART
from parley.platform import db

SELECT_WITH_NEWS = f"""
select tracked.thread from ({SELECT_TRACKED_THREADS}) tracked
join thread t on t.id = tracked.thread and t.last_activity_at > tracked.read_until order by tracked.thread
"""  # noqa: S608 constants only


async def mark_comments_read(member: int, thread: int, comments: Sequence[int]) -> None:
    """Mark these comments of a thread as read, and the notifications about them, also where nothing else is unread."""
    async with db.atomic():
        await reading.mark_read(member, thread, comments)
        await notifications.mark_read_about(member, thread, comments)


async def mark_read_up_to(member: int, thread: int, seq: int) -> None:
    """Mark everything in a thread up to and including its event `seq` as read, and the notifications about it."""
    until = await reading.page_time(thread, seq)
    if until is None:
        return
    async with db.atomic():
        await reading.mark_read_until(member, [thread], until)
        await notifications.mark_read_before(member, [thread], until)


async def mark_part_read(member: int, part: str, *, upto: int, until: datetime) -> None:
    """Mark a part of the page as read, or with "" all of it, as it was when it was opened.

    `upto` is the id of the newest notification then, and `until` the time.
    """
    async with db.atomic():
        if part in ("", "threads"):
            threads = await db.values(SELECT_WITH_NEWS, member)
            await reading.mark_read_until(member, threads, until)
            await notifications.mark_read_before(member, threads, until)
        kinds = [kind for name, kinds in OF_PART.items() for kind in kinds if part in ("", name)]
        if kinds and upto:
            await notifications.read_all(member, upto, kinds=kinds)
