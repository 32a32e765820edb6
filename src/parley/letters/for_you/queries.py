"""Queries for the page *For you*: the numbers of its parts, the threads with unread comments, and these in order.

Threads that they opened have a row in `visit`; those that they follow, wrote in or used to follow have one in `follow`.
What is unread there says discussion/threads/reading.py. Every query reads the member's own rows first, then looks
up a bounded number of threads and comments by index, so its cost does not depend on the size of the forum.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.discussion.threads.reading import CONTAINS_MUTED_WORD, UNREAD
from parley.letters.notifications.queries import FROM_UNREAD
from parley.letters.notifications.rules import MUTES_THREAD, OF_PART
from parley.platform import db

THREADS_PER_PAGE = 8
# The first words of the newest ones; and whole comments on the page of a single thread.
COMMENTS_PER_THREAD = 3
COMMENTS_PER_CATCH_UP = 40
# Counts stop here, and pages show "99+".
MOST_COUNTED = 100
# Only a member's newest visits and newest follows are looked at, this many of each.
MOST_THREADS = 500

# The threads tracked for a member, and what they read there. A followed thread that they never opened begins where they
# followed it.
SELECT_TRACKED_THREADS = f"""
(select thread, read_until, read from visit where member = $1 order by seen_at desc limit {MOST_THREADS})
union all
(select thread, since, '{{}}' from follow f where member = $1 and level <> 'mute'
 and not exists (select from visit v where v.member = $1 and v.thread = f.thread)
 order by since desc limit {MOST_THREADS})
"""  # noqa: S608 constants only
# Comments of others in the thread `tracked`, without those of members whom the viewer blocked or muted, and those that
# are told as replies or mentions. `offset 0`, here and below, makes PostgreSQL search each of these once for muted
# words, in their order, and not once for each thread.
FROM_UNREAD_COMMENTS = f"""
from (
    select c.id, c.created_at, c.statement, c.body from comment c
    where c.thread = tracked.thread and {UNREAD.format(visit="tracked", member="$1::bigint")}
    and not exists (select from notification n where n.comment = c.id and n.member = $1
        and n.kind in ('reply', 'mention') and n.read_at is null)
    order by c.created_at {{order}}, c.id {{order}} offset 0
) c where not {CONTAINS_MUTED_WORD.format(member="$1::bigint")}
"""  # noqa: S608 constants only
FROM_NEWEST, FROM_OLDEST = (FROM_UNREAD_COMMENTS.format(order=order) for order in ("desc", "asc"))
FROM_THREADS_WITH_ACTIVITY = f"""
from ({SELECT_TRACKED_THREADS}) tracked
join thread t on t.id = tracked.thread and t.last_activity_at > tracked.read_until
where not {MUTES_THREAD.format(member="$1")}
"""

COUNT_UNREAD = f"""
select count(*) from (
    select from (select tracked.thread, tracked.read_until, tracked.read {FROM_THREADS_WITH_ACTIVITY} offset 0) tracked
    cross join lateral (select {FROM_NEWEST} limit {MOST_COUNTED}) unread_comment
    limit {MOST_COUNTED}
) counted
"""  # noqa: S608 constants only
# The next page begins after the thread $2. With $3 only that thread.
SELECT_THREADS = f"""
select tracked.id, tracked.slug, tracked.title, tracked.last_seq, tracked.state, tracked.read_until as since,
    (select count(*) from (select {FROM_NEWEST} limit {MOST_COUNTED}) counted) as count
from (
    select * from (
        select t.id, t.slug, t.title, t.last_seq, t.state, t.last_activity_at, t.id as thread,
            tracked.read_until, tracked.read
        {FROM_THREADS_WITH_ACTIVITY}
        and ($2::bigint is null or (t.last_activity_at, t.id) < (select last_activity_at, id from thread where id = $2))
        and ($3::bigint is null or t.id = $3)
        order by t.last_activity_at desc, t.id desc offset 0
    ) tracked where exists (select {FROM_NEWEST}) order by tracked.last_activity_at desc, tracked.id desc limit $4
) tracked order by tracked.last_activity_at desc, tracked.id desc
"""  # noqa: S608 constants only
# The kinds of what the number in the masthead counts.
SELECT_UNREAD_KINDS = f"select n.kind {FROM_UNREAD.format('$1')}"
SELECT_NEWEST_IDS = f"""
select c.id from ({SELECT_TRACKED_THREADS}) tracked cross join lateral (
    select c.id, c.created_at {FROM_NEWEST}
    order by c.created_at desc, c.id desc limit $3
) c where tracked.thread = any($2::bigint[]) order by tracked.thread, c.created_at desc, c.id desc
"""  # noqa: S608 constants only
# The oldest unread comments of each thread, $3 of each; of a single thread, those after the comment $4.
SELECT_COMMENT_IDS = f"""
select c.id from ({SELECT_TRACKED_THREADS}) tracked cross join lateral (
    select c.id, c.created_at {FROM_OLDEST} and ($4::bigint is null
        or (c.created_at, c.id) > (select created_at, id from comment where id = $4 and thread = tracked.thread))
    order by c.created_at, c.id limit $3
) c where tracked.thread = any($2::bigint[]) order by tracked.thread, c.created_at, c.id
"""  # noqa: S608 constants only


class UnreadThread(msgspec.Struct, frozen=True):
    """A thread with unread comments: how many (up to MOST_COUNTED), and up to when all is read."""

    id: int
    slug: str
    title: str
    last_seq: int
    state: str
    since: datetime
    count: int

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


async def threads_with_unread(
    member: int, *, after: int | None = None, only_thread: int | None = None
) -> list[UnreadThread]:
    """Return a page of threads with unread comments, the latest activity first, and one more if there is a next page.

    `after` is the last thread of the page before, `only_thread` a single thread to return.
    """
    return await db.fetch(UnreadThread, SELECT_THREADS, member, after, only_thread, THREADS_PER_PAGE + 1)


async def unread_comment_ids(
    member: int, threads: Sequence[UnreadThread], *, limit: int, after: int | None = None
) -> list[int]:
    """Return the ids of the oldest unread comments of these threads, `limit` of each, in order within a thread."""
    ids = [thread.id for thread in threads]
    comment_ids: list[int] = await db.values(SELECT_COMMENT_IDS, member, ids, limit, after)
    return comment_ids


async def newest_unread_ids(member: int, threads: Sequence[UnreadThread]) -> list[int]:
    """Return the ids of the newest unread comments of these threads, the newest of each thread first."""
    ids = [thread.id for thread in threads]
    newest: list[int] = await db.values(SELECT_NEWEST_IDS, member, ids, COMMENTS_PER_THREAD)
    return newest


async def count_parts(member: int) -> dict[str, int]:
    """Return how much is unread in each part of the page. The number in the masthead is that of all but the threads."""
    unread = await db.values(SELECT_UNREAD_KINDS, member)
    counts = {part: sum(kind in kinds for kind in unread) for part, kinds in OF_PART.items()}
    return counts | {"threads": await db.value(COUNT_UNREAD, member)}
