"""Reading what is new to a member: threads with unread comments, and these comments in order.

A member's threads are those that they opened (a visit) and those that they follow or wrote in (a follow). Comments
posted after they were there last are unread. Every query reads the member's own rows first, then looks up a bounded
number of threads and comments by index, so its cost does not depend on the size of the forum.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.comments.rules import IS_VISIBLE
from parley.core import db

# A page of one thread shows more of its comments.
THREADS_A_PAGE = 8
COMMENTS_A_THREAD = 10
COMMENTS_OF_ONE_THREAD = 40
# Counts stop here, and pages show "99+".
MOST_COUNTED = 100
# Only a member's newest visits and newest follows are looked at, this many of each.
MOST_THREADS = 500

# A member's threads. Comments after `since` are unread: after the last visit or, if the member follows the thread and
# has never opened it, after the follow.
SELECT_TRACKED = f"""
select mine.thread, max(mine.since) as since from (
    (select thread, seen_at as since from visit where member = $1 order by seen_at desc limit {MOST_THREADS})
    union all
    (select thread, since from follow where member = $1 and level <> 'mute' order by since desc limit {MOST_THREADS})
) mine group by mine.thread
"""  # noqa: S608 constants only
# Neither the thread nor its topic is muted. A thread that the member follows is shown although its topic is muted.
IS_NOT_MUTED = """
not exists (select from follow f where f.member = $1 and f.thread = t.id and f.level = 'mute')
and (not exists (select from topic_follow tf where tf.member = $1 and tf.topic = t.topic and tf.level = 'mute')
     or exists (select from follow f where f.member = $1 and f.thread = t.id and f.level = 'follow'))
"""
# Comments of others in thread `u`, without those of members whom the viewer blocked or muted.
IS_UNREAD = f"""
c.thread = u.thread and c.created_at > u.since and {IS_VISIBLE} and c.author is distinct from $1
and coalesce(c.author, 0) <> all(array(select other from block where member = $1))
"""  # noqa: S608 constants only
ACTIVE_THREADS = f"""
({SELECT_TRACKED}) u join thread t on t.id = u.thread and t.last_activity_at > u.since where {IS_NOT_MUTED}
"""

COUNT_UNREAD = f"""
select count(*) from (
    select from (select u.thread, u.since from {ACTIVE_THREADS}) u
    cross join lateral (select from comment c where {IS_UNREAD} limit {MOST_COUNTED}) unread
    limit {MOST_COUNTED}
) counted
"""  # noqa: S608 constants only


async def count(member: int) -> int:
    """Return how many comments are unread, up to MOST_COUNTED."""
    unread: int = await db.value(COUNT_UNREAD, member)
    return unread


class ThreadWithUnread(msgspec.Struct, frozen=True):
    """A thread with unread comments: how many (up to MOST_COUNTED), and since when."""

    id: int
    slug: str
    title: str
    state: str
    since: datetime
    count: int

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


# The next page begins after the thread $2. With $3 only that thread.
SELECT_THREADS = f"""
select u.id, u.slug, u.title, u.state, u.since,
    (select count(*) from (select from comment c where {IS_UNREAD} limit {MOST_COUNTED}) counted) as count
from (
    select t.id, t.slug, t.title, t.state, u.since, t.last_activity_at, t.id as thread from {ACTIVE_THREADS}
    and ($2::bigint is null or (t.last_activity_at, t.id) < (select last_activity_at, id from thread where id = $2))
    and ($3::bigint is null or t.id = $3)
    and exists (select from comment c where {IS_UNREAD})
    order by t.last_activity_at desc, t.id desc limit $4
) u order by u.last_activity_at desc, u.id desc
"""  # noqa: S608 constants only


async def threads_with_unread(
    member: int, *, after: int | None = None, only: int | None = None
) -> list[ThreadWithUnread]:
    """Return a page of threads with unread comments, the latest activity first, and one more if there is a next page.

    `after` is the last thread of the page before, `only` a single thread to return.
    """
    return await db.fetch(ThreadWithUnread, SELECT_THREADS, member, after, only, THREADS_A_PAGE + 1)


# The oldest unread comments of each thread, $4 of each; of a single thread, those after the comment $5.
SELECT_COMMENT_IDS = f"""
select c.id from unnest($2::bigint[], $3::timestamptz[]) u(thread, since) cross join lateral (
    select c.id, c.created_at from comment c where {IS_UNREAD} and ($5::bigint is null
        or (c.created_at, c.id) > (select created_at, id from comment where id = $5 and thread = u.thread))
    order by c.created_at, c.id limit $4
) c order by u.thread, c.created_at, c.id
"""  # noqa: S608 constants only


async def unread_comment_ids(
    member: int, threads: Sequence[ThreadWithUnread], *, limit: int, after: int | None = None
) -> list[int]:
    """Return the ids of the oldest unread comments of these threads, `limit` of each, in order within a thread."""
    ids, since = [thread.id for thread in threads], [thread.since for thread in threads]
    comment_ids: list[int] = await db.values(SELECT_COMMENT_IDS, member, ids, since, limit, after)
    return comment_ids
