"""Marking comments as read, thread by thread or all at once."""

from collections.abc import Sequence
from datetime import datetime

from parley.letters.notifications.ops import mark_read_about, mark_read_before
from parley.letters.unread.queries import SELECT_TRACKED_THREADS
from parley.platform import db

# A visit never moves back. `before_at` moves too: a thread's page highlights what was posted after it, and must not
# highlight what was marked as read here.
ON_CONFLICT_ADVANCE_VISIT = """
on conflict (member, thread) do update set
    before_at = greatest(visit.before_at, excluded.before_at), seen_at = greatest(visit.seen_at, excluded.seen_at)
"""
MARK_READ = f"""
insert into visit (member, thread, before_at, seen_at)
select $1, $2, max(created_at), max(created_at)
from comment where thread = $2 and id = any($3::bigint[]) having count(*) > 0
{ON_CONFLICT_ADVANCE_VISIT}
"""  # noqa: S608 constants only
MARK_ALL_READ = f"""
insert into visit (member, thread, before_at, seen_at)
select $1, tracked.thread, least($2, now()), least($2, now()) from ({SELECT_TRACKED_THREADS}) tracked
join thread t on t.id = tracked.thread and t.last_activity_at > tracked.since
order by tracked.thread
{ON_CONFLICT_ADVANCE_VISIT} returning thread
"""  # noqa: S608 constants only


async def mark_read(member: int, thread: int, shown: Sequence[int]) -> None:
    """Mark a thread as read up to the newest of the comments `shown`, and the notifications about those comments."""
    if await db.execute(MARK_READ, member, thread, list(shown)):
        await mark_read_about(member, thread, shown)


async def mark_all_read(member: int, until: datetime) -> None:
    """Mark everything posted up to and including `until` as read in the member's threads, and the notifications."""
    async with db.atomic():
        threads = await db.values(MARK_ALL_READ, member, until)
        await mark_read_before(member, threads, until)
