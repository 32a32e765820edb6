"""Reading what feeds contain: the newest threads, and the ids of the newest comments."""

from datetime import datetime

import msgspec

from parley.articles.articles.rules import READABLE
from parley.discussion.comments.rules import IS_IN, IS_VISIBLE
from parley.discussion.thesis.queries import PRESENT
from parley.platform import db

# Entries of a feed.
MOST_ENTRIES = 50

SELECT_THREADS = f"""
select t.id, t.slug, t.title, p.name as topic, a.url, case when a.url is not null then a.site end as site, r.byline,
       m.name as starter, t.comment_count, t.created_at,
       greatest(t.created_at, r.created_at, x.decided_at, h.created_at) as revised_at, h.text as thesis,
       coalesce((select b.text from {READABLE} b where b.kind = 'paragraph' order by b.position limit 1), '') as opening
from (
    select t.* from thread t join article a on a.id = t.article
    where not a.untitled and ($1::text is null or t.topic = $1)
    order by t.created_at desc, t.id desc limit {MOST_ENTRIES}
) t
join article a on a.id = t.article join topic p on p.slug = t.topic
left join member m on m.id = t.starter {PRESENT}
join lateral (select id, byline, created_at from revision where article = a.id order by number desc limit 1) r on true
cross join lateral (
    select max(greatest(created_at, ended_at)) as decided_at from decision where kind = 'article' and target = t.id
) x
order by t.created_at desc, t.id desc
"""  # noqa: S608 constants only
# Comments that a moderator or a rule collapsed can be read on the page, by readers who open them.
NEWEST_FIRST = f"""
and {IS_VISIBLE} and c.collapsed is null order by c.created_at desc, c.id desc limit {MOST_ENTRIES}
"""
SELECT_OF_THREAD = f"select c.id from comment c where c.thread = $1 {NEWEST_FIRST}"  # noqa: S608 constants only
SELECT_OF_PASSAGE = f"""
select c.id from comment c where c.thread = $1 and c.part = $2::bigint::text {NEWEST_FIRST}
"""  # noqa: S608 constants only
SELECT_OF_MEMBER = f"select c.id from comment c where c.author = $1 {NEWEST_FIRST}"  # noqa: S608 constants only
# Among the last events of the thread, so that the cost does not grow with it.
SELECT_DELETED = f"""
select c.id, max(e.created_at) as at
from thread t join event e on e.thread = t.id and e.seq > t.last_seq - 2000
join comment c on c.id = e.comment
where t.id = $1 and {IS_IN} and ($2::bigint is null or c.part = $2::bigint::text)
  and case when c.thread <> t.id then e.kind = 'comment.moved_away'
  else e.kind in ('comment.removed', 'comment.deleted') and not ({IS_VISIBLE}) end
group by c.id order by at desc limit {MOST_ENTRIES}
"""  # noqa: S608 constants only
SELECT_TITLES = "select id, title from thread where id = any($1::bigint[])"


class FeedThread(msgspec.Struct, frozen=True):
    """A thread as the feeds of the site and of topics have it; `opening` is how its article begins.

    `revised_at` is when its article or its thesis last changed, also by a moderator's decision: then readers replace
    what they have.
    """

    id: int
    slug: str
    title: str
    topic: str
    url: str | None
    site: str | None
    byline: str | None
    starter: str | None
    comment_count: int
    created_at: datetime
    revised_at: datetime
    thesis: str | None
    opening: str

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


class DeletedComment(msgspec.Struct, frozen=True):
    id: int
    at: datetime


class ThreadTitle(msgspec.Struct, frozen=True):
    id: int
    title: str


async def newest_threads(topic: str | None) -> list[FeedThread]:
    return await db.fetch(FeedThread, SELECT_THREADS, topic)


async def newest_in_thread(thread: int, passage: int | None = None) -> list[int]:
    """Return the ids of the newest comments in a thread or, with a lineage, on that passage; the newest first."""
    if passage is None:
        return await db.values(SELECT_OF_THREAD, thread)
    return await db.values(SELECT_OF_PASSAGE, thread, passage)


async def newest_of_member(member: int) -> list[int]:
    """Return the ids of a member's newest comments, the newest first."""
    return await db.values(SELECT_OF_MEMBER, member)


async def deleted_in_thread(thread: int, passage: int | None = None) -> list[DeletedComment]:
    """Return the comments that readers could read here lately, and no longer can; with a lineage, those on it."""
    return await db.fetch(DeletedComment, SELECT_DELETED, thread, passage)


async def titles(threads: list[int]) -> dict[int, str]:
    return {row.id: row.title for row in await db.fetch(ThreadTitle, SELECT_TITLES, threads)}
