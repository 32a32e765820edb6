"""What could be told to anybody: of each topic the threads that moved last, of each thread the best of each side."""

from datetime import datetime

from parley.core import db
from parley.digests.rules import IS_CALM, IS_TELLABLE, NEWS_DAYS, QUALITY
from parley.digests.selection import CandidateRow, Pool, pooled

# Of each topic so many threads; of each thread the best of each side among its best.
THREADS, LOOKED_AT, EACH = 40, 200, 3

IS_QUESTION = "c.stance is not distinct from 'asks' and c.reply_count = 0"
# An answer says less by itself than what answers the article.
BEST = "c.best * case when c.parent is null then 1.0 else 0.5 end"
# A comment's place among those of its side in its thread.
PLACE = f"""
row_number() over (
    partition by c.thread, case c.stance when 'supports' then 1 when 'challenges' then 2 end, {IS_QUESTION}
    order by {BEST} desc, c.id
) as place
"""

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
           c.assisted, c.reply_count, c.base_ups, c.ups,
           {PLACE}
    from place t cross join lateral (
        select * from comment one where one.thread = t.id and one.parent is null
        order by one.best desc limit {LOOKED_AT}
    ) c
    where c.created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and {IS_TELLABLE}
)
select thread, topic, created_at as at, best, id as comment, coalesce(author::text, imported_author) as author,
       stance, assisted, {QUALITY},
       case when {IS_QUESTION} then 'question' else 'best' end as kind
from voice c where place <= {EACH} and (state = 'open' or not ({IS_QUESTION}))
union all
select id, topic, created_at, 1.0, null, starter::text, null, false, null, 0, 0, 'opened'
from place where state = 'open' and created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day'
union all
select t.id, t.topic, t.created_at, 1.0, null, t.starter::text, null, false, null, 0, 0, 'picked'
from pick k join thread t on t.id = k.thread
where k.at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and t.state <> 'archived' and {IS_CALM}
"""  # noqa: S608 constants only


class Offered(CandidateRow, frozen=True):
    kind: str


async def offered(now: datetime) -> Pool:
    """What could be told to anybody."""
    rows = await db.fetch(Offered, OFFERED, now)
    return pooled(row.candidate(row.kind, now) for row in rows if row.is_good_enough(row.kind))
