"""Marking comments as read, thread by thread or all at once."""

from collections.abc import Sequence
from datetime import datetime

from parley.core import db
from parley.notifications.ops import read_before, read_on_page
from parley.threads.queries import BEFORE_VISIT
from parley.unread.queries import SELECT_TRACKED

# A visit moves forward, never back. `before_at` changes only after ten idle minutes, so that the page of the thread
# keeps marking what was new when the visit began.
ON_CONFLICT_ADVANCE = f"""
on conflict (member, thread) do update
set before_at = {BEFORE_VISIT}, seen_at = greatest(visit.seen_at, excluded.seen_at)
"""
MARK_READ = f"""
insert into visit (member, thread, before_at, seen_at)
select $1, $2, coalesce((select since from follow where member = $1 and thread = $2), max(created_at)), max(created_at)
from comment where thread = $2 and id = any($3::bigint[]) having count(*) > 0
{ON_CONFLICT_ADVANCE}
"""  # noqa: S608 constants only
MARK_ALL_READ = f"""
insert into visit (member, thread, before_at, seen_at)
select $1, u.thread, u.since, least($2, now()) from ({SELECT_TRACKED}) u
join thread t on t.id = u.thread and t.last_activity_at > u.since
order by u.thread
{ON_CONFLICT_ADVANCE} returning thread
"""  # noqa: S608 constants only


async def mark_read(member: int, thread: int, shown: Sequence[int]) -> None:
    """Mark the comments `shown` of a thread as read, and those before the last of them."""
    if await db.execute(MARK_READ, member, thread, list(shown)):
        await read_on_page(member, thread, shown, 0)


async def mark_all_read(member: int, before: datetime) -> None:
    """Mark everything as read that was posted until `before`, in all threads."""
    async with db.atomic():
        threads = await db.values(MARK_ALL_READ, member, before)
        await read_before(member, threads, before)
