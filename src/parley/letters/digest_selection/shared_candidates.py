"""Candidates for all readers.

These are the best comments and open questions of recently active threads, new articles, and picks.
"""

from datetime import datetime

from parley.letters.digest_selection.candidates import CandidateRow, SharedCandidates, sort_candidates
from parley.letters.digest_selection.rules import (
    ARTICLE_IS_CLEARED,
    HAS_TEXT,
    MAY_BE_FEATURED,
    NEWS_DAYS,
    QUALITY_COLUMNS,
)
from parley.platform import db

THREADS_PER_TOPIC = 40
# In each thread.
COMMENTS_CONSIDERED = 200
COMMENTS_PER_SIDE = 3

IS_QUESTION = "c.stance is not distinct from 'asks' and c.reply_count = 0"
# A reply counts half: it says less by itself than a comment on the article.
BEST = "c.best * case when c.parent is null then 1.0 else 0.5 end"
# A comment's rank among those of its side in its thread.
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
           c.assisted, c.reply_count, c.base_ups, c.ups,
           {RANK}
    from active t cross join lateral (
        select * from comment one where one.thread = t.id and one.parent is null
        order by one.best desc limit {COMMENTS_CONSIDERED}
    ) c
    where c.created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and {MAY_BE_FEATURED}
)
select thread, topic, created_at as at, best, id as comment, coalesce(author::text, imported_author) as author,
       stance, assisted, {QUALITY_COLUMNS},
       case when {IS_QUESTION} then 'question' else 'best' end as kind
from perspective c where rank <= {COMMENTS_PER_SIDE} and (state = 'open' or not ({IS_QUESTION}))
union all
select id, topic, created_at, 1.0, null, starter::text, null, false, null, 0, 0, 'opened'
from active t where state = 'open' and created_at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and {HAS_TEXT}
union all
select t.id, t.topic, t.created_at, 1.0, null, t.starter::text, null, false, null, 0, 0, 'picked'
from pick k join thread t on t.id = k.thread
where k.at > $1::timestamptz - {NEWS_DAYS} * interval '1 day' and t.state <> 'archived' and {ARTICLE_IS_CLEARED}
  and {HAS_TEXT}
"""  # noqa: S608 constants only


class SharedRow(CandidateRow, frozen=True):
    kind: str


async def shared_candidates(now: datetime) -> SharedCandidates:
    """Return the candidates for all readers."""
    rows = await db.fetch(SharedRow, SELECT_CANDIDATES, now)
    return sort_candidates(row.candidate(row.kind, now) for row in rows if row.is_worth_featuring(row.kind))
