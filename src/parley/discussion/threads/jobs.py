"""Computing the stats of threads for the home page, after activity in them."""

from datetime import datetime

import msgspec

from parley.discussion.threads.queries import SPARKLINE_DAYS
from parley.discussion.threads.ranking import hot
from parley.discussion.threads.tables import ThreadStats
from parley.platform import db
from parley.platform.events import attempts

# Threads with activity after their stats were computed, and those whose sparkline is six hours old. A removed or edited
# comment is found by its event, since it does not count as activity.
SELECT_DUE_THREADS = f"""
select t.id, t.created_at from thread t join thread_stats s on s.thread = t.id
where (t.last_activity_at > s.refreshed_at
   or exists (select from event e where e.thread = t.id and e.seq = t.last_seq and e.created_at > s.refreshed_at)
   or exists (select 1 from comment c where c.thread = t.id and c.scored_at > s.refreshed_at)
   or (s.refreshed_at < now() - interval '6 hours' and t.last_activity_at > now() - interval '15 days'))
  and {attempts.due("thread stats", "t.id")}
order by s.refreshed_at limit 200
"""  # noqa: S608 constants only

# Comments that wait for a moderator or were rejected do not count (discussion/comments/rules.py: IS_IN).
REFRESH_STATS = """
with counted as (
    select c.id, c.author, c.imported_author, c.parent, c.stance, c.state, c.collapsed, c.best, c.created_at,
           c.base_ups + c.ups - c.base_downs - c.downs as score
    from comment c where c.thread = $1 and c.state not in ('pending', 'rejected', 'expired', 'withdrawn')
), strongest as (
    -- The best comment of each side, where both sides have one.
    select array_agg(id order by side) as ids from (
        select distinct on (side) id, side from (
            select id, best, case stance when 'supports' then 1 when 'challenges' then 2 end as side
            from counted where parent is null and state = 'visible' and collapsed is null and score > 0
        ) sided where side is not null order by side, best desc, id
    ) pair
)
select coalesce(sum(greatest(score, 0)), 0)::int as votes,
       count(*)::int as comments,
       count(distinct coalesce(author::text, imported_author))::int as people,
       (select array_agg(coalesce(n, 0) order by day)
        from generate_series(0, $2 - 1) day left join (
            select $2 - 1 - floor(extract(epoch from now() - created_at) / 86400)::int as at, count(*)::int as n
            from counted where created_at > now() - make_interval(days => $2) group by 1
        ) per_day on per_day.at = day) as days,
       array[count(*) filter (where parent is null and stance = 'supports' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'challenges' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'adds' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'asks' and state = 'visible'),
             count(*) filter (where parent is null and stance is null and state = 'visible')]::int[] as stances,
       coalesce((select ids from strongest where cardinality(ids) = 2), '{}')::bigint[] as strongest
from counted
"""


class DueThread(msgspec.Struct, frozen=True):
    id: int
    created_at: datetime


class ComputedStats(msgspec.Struct, frozen=True):
    votes: int
    comments: int
    people: int
    days: list[int]
    stances: list[int]
    strongest: list[int]


async def refresh_thread_stats() -> int:
    """Compute the stats of the threads that are due, and return how many."""
    due = await db.fetch(DueThread, SELECT_DUE_THREADS)
    await attempts.each("thread stats", due, _refresh, key=lambda thread: thread.id)
    return len(due)


async def _refresh(thread: DueThread) -> None:
    started = await db.value("select now()")
    stats = await db.fetch_one(ComputedStats, REFRESH_STATS, thread.id, SPARKLINE_DAYS)
    if stats is None:
        return
    score = stats.votes + stats.comments
    await ThreadStats.update(
        {
            ThreadStats.score: score,
            ThreadStats.hot: hot(score, thread.created_at),
            ThreadStats.people: stats.people,
            ThreadStats.days: stats.days,
            ThreadStats.stances: stats.stances,
            ThreadStats.strongest: stats.strongest,
            ThreadStats.refreshed_at: started,
        }
    ).where(ThreadStats.thread == thread.id)
