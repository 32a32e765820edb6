"""Working out how threads stand on the home page, after there was activity in them."""

from datetime import datetime

import msgspec

from parley.core import db
from parley.core.events import attempts
from parley.threads.ranking import hot

DAYS = 14

# Threads in which something happened since their standing was worked out, and those whose days have moved on. A comment
# that is taken away or edited leaves no other trace than its event: it is no activity.
DUE = f"""
select t.id, t.created_at from thread t join thread_stats s on s.thread = t.id
where (t.last_activity_at > s.refreshed_at
   or exists (select from event e where e.thread = t.id and e.seq = t.last_seq and e.created_at > s.refreshed_at)
   or exists (select 1 from comment c where c.thread = t.id and c.scored_at > s.refreshed_at)
   or (s.refreshed_at < now() - interval '6 hours' and t.last_activity_at > now() - interval '15 days'))
  and {attempts.due("standings", "t.id")}
order by s.refreshed_at limit 200
"""  # noqa: S608 constants only

# As everywhere, what waits for a moderator or was never let in does not count (comments/rules.py: IS_IN).
REFRESH = """
with mine as (
    select c.id, c.author, c.imported_author, c.parent, c.stance, c.state, c.best, c.created_at,
           c.base_ups + c.ups - c.base_downs - c.downs as score
    from comment c where c.thread = $1 and c.state not in ('pending', 'rejected', 'expired')
), strongest as (
    -- The best comment of each side; shown as a pair only where both sides have one.
    select array_agg(id order by side) as ids from (
        select distinct on (side) id, side from (
            select id, best, case stance when 'supports' then 1 when 'challenges' then 2 end as side
            from mine where parent is null and state = 'visible' and score > 0
        ) sided where side is not null order by side, best desc, id
    ) pair
)
select coalesce(sum(greatest(score, 0)), 0)::int as votes,
       count(*)::int as comments,
       count(distinct coalesce(author::text, imported_author))::int as people,
       (select array_agg(coalesce(n, 0) order by day)
        from generate_series(0, $2 - 1) day left join (
            select $2 - 1 - floor(extract(epoch from now() - created_at) / 86400)::int as at, count(*)::int as n
            from mine where created_at > now() - make_interval(days => $2) group by 1
        ) counted on counted.at = day) as days,
       array[count(*) filter (where parent is null and stance = 'supports' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'challenges' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'adds' and state = 'visible'),
             count(*) filter (where parent is null and stance = 'asks' and state = 'visible'),
             count(*) filter (where parent is null and stance is null and state = 'visible')]::int[] as stances,
       coalesce((select ids from strongest where cardinality(ids) = 2), '{}')::bigint[] as strongest
from mine
"""


class DueThread(msgspec.Struct, frozen=True):
    id: int
    created_at: datetime


class Worked(msgspec.Struct, frozen=True):
    votes: int
    comments: int
    people: int
    days: list[int]
    stances: list[int]
    strongest: list[int]


async def refresh_standings() -> int:
    """Work out the standing of every thread that moved, and return how many did."""
    due = await db.fetch(DueThread, DUE)
    await attempts.each("standings", due, _refresh, key=lambda thread: thread.id)
    return len(due)


async def _refresh(thread: DueThread) -> None:
    started = await db.value("select now()")
    worked = await db.fetch_one(Worked, REFRESH, thread.id, DAYS)
    if worked is None:
        return
    score = worked.votes + worked.comments
    await db.execute(
        """update thread_stats set score = $2, hot = $3, people = $4, days = $5, stances = $6, strongest = $7,
                               refreshed_at = $8 where thread = $1""",
        thread.id,
        score,
        hot(score, thread.created_at),
        worked.people,
        worked.days,
        worked.stances,
        worked.strongest,
        started,
    )
