"""What could be told, and what each reader knows: read for many members at once, in the same few queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from parley.core import db
from parley.digests.rules import IS_CALM, IS_TELLABLE, NEWS_DAYS
from parley.digests.selection import Candidate, Key, Pool, Reader, pooled, worth

# Of each topic, the threads that were active last; of each thread, the best of each side among its best.
THREADS, LOOKED_AT, EACH = 40, 200, 3
# Of each reader, the threads they read that moved last.
MOVED = 6

OFFERED = f"""
with place as (
    select t.* from topic p cross join lateral (
        select t.id, t.topic, t.state, t.created_at, t.starter from thread t
        where t.topic = p.slug and t.last_activity_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day'
          and t.state <> 'archived' and {IS_CALM}
        order by t.last_activity_at desc limit {THREADS}
    ) t
), voice as (
    select t.id as thread, t.topic, t.state, c.id, c.author, c.imported_author, c.stance, c.best, c.created_at,
           c.assisted, c.reply_count,
           row_number() over (partition by t.id, case c.stance when 'supports' then 1 when 'challenges' then 2 end,
                              c.stance = 'asks' and c.reply_count = 0 order by c.best desc, c.id) as place
    from place t cross join lateral (
        select * from comment one where one.thread = t.id and one.parent is null
        order by one.best desc limit {LOOKED_AT}
    ) c
    where c.created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and {IS_TELLABLE}
)
select case when stance = 'asks' and reply_count = 0 then 'question' else 'best' end as kind, thread, topic,
       created_at as at, best, id as comment, coalesce(author::text, imported_author) as author, stance, assisted
from voice where place <= {EACH} and not (stance = 'asks' and reply_count = 0 and state <> 'open')
union all
select 'opened', id, topic, created_at, 1.0, null, starter::text, null, false
from place where state = 'open' and created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day'
"""  # noqa: S608 constants only


class Offered(msgspec.Struct, frozen=True):
    kind: str
    thread: int
    topic: str
    at: datetime
    best: float
    comment: int | None
    author: str | None
    stance: str | None
    assisted: bool


async def offered(now: datetime) -> Pool:
    """What could be told to anybody."""
    rows = await db.fetch(Offered, OFFERED, now)
    return pooled(
        Candidate(
            kind=row.kind,
            thread=row.thread,
            topic=row.topic,
            at=row.at,
            worth=worth(row.best, row.at, now),
            comment=row.comment,
            author=row.author,
            stance=row.stance,
            assisted=row.assisted,
        )
        for row in rows
    )


READ = f"""
select m.id as member, 'read' as kind, v.thread, v.topic, c.created_at as at, c.best, c.id as comment,
       coalesce(c.author::text, c.imported_author) as author, c.stance, c.assisted, c.unread, v.seen_at as since
from unnest($1::bigint[]) m(id)
cross join lateral (
    select t.id as thread, t.topic, v.seen_at from visit v join thread t on t.id = v.thread
    where v.member = m.id and t.last_activity_at > v.seen_at
      and v.seen_at > $2::timestamptz - {2 * NEWS_DAYS} * interval '1 day' and {IS_CALM}
    order by t.last_activity_at desc, t.id limit {MOVED}
) v
cross join lateral (
    select c.*, count(*) over () as unread from (
        select * from comment one
        where one.thread = v.thread
          and one.created_at > greatest(v.seen_at, $2::timestamptz - {NEWS_DAYS} * interval '1 day')
        order by one.created_at desc limit {LOOKED_AT}
    ) c
    where c.author is distinct from m.id and {IS_TELLABLE} order by c.best desc, c.id limit {EACH}
) c
"""  # noqa: S608 constants only


class Own(msgspec.Struct, frozen=True):
    """What could be told to one member only."""

    member: int
    kind: str
    thread: int
    topic: str
    at: datetime
    best: float
    comment: int | None
    author: str | None
    stance: str | None
    assisted: bool
    unread: int
    since: datetime | None


async def own(members: Sequence[int], now: datetime) -> dict[int, list[Candidate]]:
    """What could be told to each of these members alone."""
    found: dict[int, list[Candidate]] = defaultdict(list)
    for row in await db.fetch(Own, READ, list(members), now):
        candidate = Candidate(
            kind=row.kind,
            thread=row.thread,
            topic=row.topic,
            at=row.at,
            worth=worth(row.best, row.at, now),
            comment=row.comment,
            author=row.author,
            stance=row.stance,
            assisted=row.assisted,
            unread=row.unread,
            since=row.since,
        )
        found[row.member].append(candidate)
    return found


# Where they were and when: by looking, writing or voting.
SEEN = """
select h.member, h.thread, max(h.at) as at, t.topic from (
    select member, thread, seen_at as at from visit where member = any($1)
    union all select author, thread, created_at from comment where author = any($1)
    union all select member, thread, changed_at from vote where member = any($1)
) h join thread t on t.id = h.thread group by h.member, h.thread, t.topic
"""
SHUT = """
select member, other::text as name from block where member = any($1)
union select other, member::text from block where other = any($1) and kind = 'block'
"""
MAILED = """
select member, comment, thread, revision from issue_item
where told and member = any($1) and (comment = any($2) or comment is null)
"""
ASSISTED = "select id from member where id = any($1) and assisted <> 'show'"


class Seen(msgspec.Struct, frozen=True):
    member: int
    thread: int
    at: datetime
    topic: str


class Named(msgspec.Struct, frozen=True):
    member: int
    name: str


class Mailed(msgspec.Struct, frozen=True):
    member: int
    comment: int | None
    thread: int
    revision: int | None

    @property
    def key(self) -> Key:
        return (self.comment or 0, 0 if self.comment else self.thread, self.revision or 0)


async def readers(members: Sequence[int], comments: Sequence[int]) -> list[Reader]:
    """What each of these members knows and does not want, as far as `comments` and articles could be told to them."""
    ids = list(members)
    seen: dict[int, dict[int, datetime]] = defaultdict(dict)
    topics: dict[int, set[str]] = defaultdict(set)
    for one in await db.fetch(Seen, SEEN, ids):
        seen[one.member][one.thread] = one.at
        topics[one.member].add(one.topic)
    shut = _sets(await db.fetch(Named, SHUT, ids))
    mailed: dict[int, set[Key]] = defaultdict(set)
    for row in await db.fetch(Mailed, MAILED, ids, list(comments)):
        mailed[row.member].add(row.key)
    folding = set(await db.values(ASSISTED, ids))
    return [
        Reader(
            id=member,
            topics=frozenset(topics.get(member, ())),
            seen=seen.get(member, {}),
            mailed=frozenset(mailed.get(member, ())),
            shut=shut.get(member, frozenset()),
            folds_assisted=member in folding,
        )
        for member in members
    ]


def _sets(rows: Sequence[Named]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        found[row.member].add(row.name)
    return {member: frozenset(names) for member, names in found.items()}
