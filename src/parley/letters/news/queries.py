"""Reading candidates.

For all readers: the best comments and open questions of recently active threads, new articles, what became common
ground, and picks. For one member: comments in threads that they read or follow, replies and mentions.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from parley.discussion.threads.reading import UNREAD
from parley.letters.news.candidates import Candidate, CandidateRow, SharedCandidates, sort_candidates
from parley.letters.news.rules import (
    ARTICLE_IS_CLEARED,
    ARTICLE_QUALITY_COLUMNS,
    ASKS,
    HAS_CONTEXT,
    HAS_TEXT,
    IS_CLEARED,
    IS_ELIGIBLE,
    MAY_BE_FEATURED,
    NEWS_DAYS,
    OPPOSES,
    QUALITY_COLUMNS,
    VERDICT_DAYS,
)
from parley.letters.notifications.queries import NotificationRow, unread_for_digest
from parley.letters.notifications.rules import IS_MUTED_THREAD, MOST_UNREAD
from parley.platform import db

THREADS_PER_TOPIC = 40
# In each thread.
COMMENTS_CONSIDERED = 200
SHARED_PER_SIDE = 3

IS_QUESTION = f"(c.stance is not distinct from 'asks' and c.reply_count = 0 and {ASKS})"
# The two sides of a thread's disagreement are candidates whatever their rank: one is not told without the other.
SIDES_OF_THREAD = "coalesce((select s.disagreement from thread_stats s where s.thread = {thread}), '{{}}')"
# A reply counts half: it says less by itself than a comment on the article.
BEST = "c.best * case when c.parent is null then 1.0 else 0.5 end"
# A comment's rank on its side of its thread.
RANK = f"""
row_number() over (
    partition by c.thread, case c.stance when 'supports' then 1 when 'challenges' then 2 end, {IS_QUESTION}
    order by {BEST} desc, c.id
) as rank
"""

SELECT_CANDIDATES = f"""
with active as (
    select t.* from topic p cross join lateral (
        select t.id, t.topic, t.state, t.created_at, t.starter, t.article from thread t
        where t.topic = p.slug and t.last_activity_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day'
          and t.state <> 'archived' and {ARTICLE_IS_CLEARED}
        order by t.last_activity_at desc limit {THREADS_PER_TOPIC}
    ) t
), perspective as (
    select t.id as thread, t.topic, t.state, c.id, c.author, c.imported_author, c.stance, c.best, c.created_at,
           c.assisted, c.base_ups, c.ups, {IS_QUESTION} as is_question, t.sides, {RANK}
    from (select *, {SIDES_OF_THREAD.format(thread="active.id")} as sides from active) t cross join lateral (
        select * from comment where id = any(t.sides || array(
            select id from comment one where one.thread = t.id and one.parent is null
            order by one.best desc limit {COMMENTS_CONSIDERED}))
    ) c
    where c.created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and {MAY_BE_FEATURED}
)
select thread, topic, created_at as at, best, id as comment, coalesce(author::text, imported_author) as author,
       stance, assisted, {QUALITY_COLUMNS}, {OPPOSES}, case when is_question then 'question' else 'best' end as kind
from perspective c where (rank <= {SHARED_PER_SIDE} or id = any(sides)) and (state = 'open' or not is_question)
union all
select id, topic, created_at, 1.0, null, starter::text, null, false, {ARTICLE_QUALITY_COLUMNS}, null, 'opened'
from active t where state = 'open' and created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and {HAS_TEXT}
union all
select t.id, t.topic, t.created_at, 1.0, null, t.starter::text, null, false, null, 0, 0, null, 'picked'
from pick k join thread t on t.id = k.thread
where k.at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and t.state <> 'archived' and {ARTICLE_IS_CLEARED}
  and {HAS_TEXT}
union all
select t.id, t.topic, s.since, s.bridge / 100.0, c.id, coalesce(c.author::text, c.imported_author), null, c.assisted,
       null, 1, 0, null, 'common'
from statement_verdict s join comment c on c.id = s.comment join thread t on t.id = s.thread
where s.verdict = 'common-ground' and s.since > $1::timestamptz - {VERDICT_DAYS} * interval '1 day'
  and {MAY_BE_FEATURED} and t.state <> 'archived' and {ARTICLE_IS_CLEARED}
union all
select t.id, t.topic, t.created_at, s.hot, null, t.starter::text, null, false, null, 1, 0, null, 'thesis'
from active t join thread_stats s on s.thread = t.id join thesis h on h.thread = t.id and h.ended_at is null
where t.state = 'open' and {HAS_TEXT}
"""  # noqa: S608 constants only
# The most recently active threads that a reader reads or follows.
THREADS_PER_READER = 5
# The best comment, and a second one in case the reader blocked the author of the first.
OWN_PER_SIDE = 2
# From this many new comments on, the digest says "many" and considers only the newest.
MAX_COUNTED = 100
KINDS = {"reply", "mention", "followed", "revised"}

# `offset 0` has PostgreSQL look up each thread by its key; otherwise it reads all threads for every member.
SELECT_VISITED = f"""
select v.thread, v.topic, c.created_at as at, {BEST} as best, c.id as comment,
       coalesce(c.author::text, c.imported_author) as author, c.stance, c.assisted,
       {QUALITY_COLUMNS}, {OPPOSES},
       m.id as member, v.follows, c.unread, v.since
from unnest($1::bigint[]) m(id)
cross join lateral (
    select t.id as thread, t.topic, t.follows, t.since, t.read, {SIDES_OF_THREAD.format(thread="t.id")} as sides from (
        select t.id, t.topic, t.article, t.last_activity_at, coalesce(f.level = 'follow', false) as follows,
               greatest(v.read_until, $2::timestamptz - {NEWS_DAYS} * interval '1 day') as since, v.read, v.read_until
        from visit v cross join lateral (select * from thread where id = v.thread offset 0) t
        left join follow f on f.member = m.id and f.thread = t.id
        where v.member = m.id and t.last_activity_at > v.read_until and not coalesce({IS_MUTED_THREAD}, false)
          and v.seen_at > $2::timestamptz - {2 * NEWS_DAYS} * interval '1 day'
        order by t.last_activity_at desc, t.id offset 0
    ) t
    where exists (select from comment c where c.thread = t.id and {UNREAD.format(visit="t", member="m.id")})
      and {ARTICLE_IS_CLEARED}
    order by t.last_activity_at desc, t.id limit {THREADS_PER_READER}
) v
cross join lateral (
    select * from (
        select c.*, case when c.considered < {MAX_COUNTED} then count(*) over () else 0 end as unread, {RANK} from (
            select newest.*, count(*) over () as considered from (
                select * from comment one
                where one.thread = v.thread and one.created_at > v.since and one.id <> all(v.read)
                order by one.created_at desc limit {MAX_COUNTED}
            ) newest
        ) c
        where c.author is distinct from m.id and {IS_ELIGIBLE} and {HAS_CONTEXT} and not exists (
            select from block b where b.member = m.id and b.other = c.author and coalesce(b.muted_until > now(), true)
               or b.member = c.author and b.other = m.id and b.kind = 'block')
    ) c where (c.rank <= {OWN_PER_SIDE} or c.id = any(v.sides)) and {IS_CLEARED}
) c
"""  # noqa: S608 constants only


# Comments with unread notifications. Those in $2 are about the reader, and are included without context too.
SELECT_NOTIFIED = f"""
select t.id as thread, t.topic, c.created_at as at, {BEST} as best, c.id as comment,
       coalesce(c.author::text, c.imported_author) as author, c.stance, c.assisted,
       {QUALITY_COLUMNS}, {OPPOSES}
from comment c join thread t on t.id = c.thread
where c.id = any($1::bigint[]) and (c.id = any($2::bigint[]) or {HAS_CONTEXT})
  and {MAY_BE_FEATURED} and {ARTICLE_IS_CLEARED}
"""  # noqa: S608 constants only
SELECT_REVISED = f"""
select t.id as thread, t.topic, t.revision, r.created_at as at
from thread t join revision r on r.article = t.article and r.number = t.revision
where t.id = any($1::bigint[]) and {ARTICLE_IS_CLEARED}
"""  # noqa: S608 constants only


class SharedRow(CandidateRow, frozen=True):
    kind: str


async def shared_candidates(now: datetime) -> SharedCandidates:
    rows = await db.fetch(SharedRow, SELECT_CANDIDATES, now)
    return sort_candidates(row.candidate(row.kind, now) for row in rows if row.is_worth_featuring(row.kind))


class VisitedCandidate(CandidateRow, frozen=True):
    """A comment that a member has not read, in a thread that they opened before."""

    member: int
    follows: bool
    unread: int
    since: datetime


class RevisedThread(msgspec.Struct, frozen=True):
    thread: int
    topic: str
    revision: int
    at: datetime


async def member_candidates(members: Sequence[int], now: datetime) -> dict[int, list[Candidate]]:
    by_member: dict[int, list[Candidate]] = defaultdict(list)
    notifications = await unread_for_digest(members, now - timedelta(days=NEWS_DAYS))
    followed = {(row.member, row.thread) for row in notifications if row.kind == "followed"}
    for row in await db.fetch(VisitedCandidate, SELECT_VISITED, list(members), now):
        # A followed thread is included only if it has unread notifications for the digest.
        if (row.member, row.thread) in followed or not row.follows:
            kind = "followed" if row.follows else "read"
            if row.is_worth_featuring(kind):
                by_member[row.member].append(row.candidate(kind, now, unread=row.unread, since=row.since))
    visited = {(member, candidate.thread) for member, candidates in by_member.items() for candidate in candidates}
    comments, articles = await _subjects(notifications)
    groups: dict[tuple[int, str, int | None], list[NotificationRow]] = defaultdict(list)
    for notification in notifications:
        if notification.kind in KINDS:
            groups[notification.member, notification.kind, notification.thread].append(notification)
    for (member, kind, thread), rows in groups.items():
        if kind == "revised":
            by_member[member] += [articles[thread]] if thread in articles else []
        elif kind != "followed" or (member, thread) not in visited:
            by_member[member] += _of_comments(kind, rows, comments, now)
    return by_member


async def _subjects(
    notifications: Sequence[NotificationRow],
) -> tuple[dict[int | None, CandidateRow], dict[int | None, Candidate]]:
    """Return what the notifications are about: comments by id, and revised articles by thread."""
    comments = [row.comment for row in notifications if row.comment is not None and row.kind != "revised"]
    about_reader = [row.comment for row in notifications if row.kind in {"reply", "mention"}]
    revised = [row.thread for row in notifications if row.kind == "revised"]
    return (
        {row.comment: row for row in await db.fetch(CandidateRow, SELECT_NOTIFIED, comments, about_reader)},
        {
            row.thread: Candidate("revised", row.thread, row.topic, row.at, 1.0, revision=row.revision)
            for row in await db.fetch(RevisedThread, SELECT_REVISED, revised)
        },
    )


def _of_comments(
    kind: str, rows: Sequence[NotificationRow], by_id: Mapping[int | None, CandidateRow], now: datetime
) -> list[Candidate]:
    """Return the candidates that a member's notifications of one kind and thread give."""
    comments = [by_id[row.comment] for row in rows[-MAX_COUNTED:] if row.comment in by_id]
    # A thread gives a member at most MOST_UNREAD notifications, however many comments there are.
    unread = len(rows) if len(rows) < MOST_UNREAD else 0
    since = rows[0].created_at
    return [row.candidate(kind, now, unread=unread, since=since) for row in comments if row.is_worth_featuring(kind)]
