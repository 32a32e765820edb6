"""How many visible comments of each stance every part of a discussion has, so that no page counts them.

What changes one comment counts it with `counted`; what changes many recounts their thread. No trigger does it: one that
sees a whole statement cannot be limited to columns, so every vote would pay for it; one that sees single rows would
count the thousands of anchors that a revision moves one by one.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parley.core import db

STANCES = "supports, challenges, adds, asks, none"
BY_STANCE = """
    count(*) filter (where stance = 'supports')::int, count(*) filter (where stance = 'challenges')::int,
    count(*) filter (where stance = 'adds')::int, count(*) filter (where stance = 'asks')::int,
    count(*) filter (where stance is null)::int
"""
IS_COUNTED = "part is not null and state = 'visible'"
ADD = """
on conflict (thread, part) do update
set supports = n.supports + excluded.supports, challenges = n.challenges + excluded.challenges,
    adds = n.adds + excluded.adds, asks = n.asks + excluded.asks, none = n.none + excluded.none
"""
JOIN = f"""
insert into passage_count as n (thread, part, {STANCES})
select thread, part, {BY_STANCE} from {{source}} where {IS_COUNTED} group by thread, part {ADD}
"""  # noqa: S608 constants only
COUNT_IN = JOIN.format(source="(select thread, part, stance, state from comment where id = $1) one")
RECOUNT = JOIN.format(source="(select thread, part, stance, state from comment where thread = $1) whole")
COUNT_OUT = """
update passage_count n
set supports = n.supports - (c.stance is not distinct from 'supports')::int,
    challenges = n.challenges - (c.stance is not distinct from 'challenges')::int,
    adds = n.adds - (c.stance is not distinct from 'adds')::int,
    asks = n.asks - (c.stance is not distinct from 'asks')::int, none = n.none - (c.stance is null)::int
from comment c where c.id = $1 and c.state = 'visible' and n.thread = c.thread and n.part = c.part
"""


@asynccontextmanager
async def counted(comment: int) -> AsyncIterator[None]:
    """Count a comment by what it is after the change within. The caller holds its thread's row, in a transaction."""
    await db.execute(COUNT_OUT, comment)
    yield
    await db.execute(COUNT_IN, comment)


async def recount(thread: int) -> None:
    """Count all comments of a thread anew. The caller holds its row, in a transaction."""
    await db.execute("delete from passage_count where thread = $1", thread)
    await db.execute(RECOUNT, thread)


DRIFTED = f"""
with fresh as (
    select thread, part, {BY_STANCE} from comment
    where thread > $1 and thread <= $2 and {IS_COUNTED} group by thread, part
), kept as (
    select thread, part, {STANCES} from passage_count
    where thread > $1 and thread <= $2 and (supports, challenges, adds, asks, none) <> (0, 0, 0, 0, 0)
)
select distinct thread from (
    (select * from fresh except select * from kept) union all (select * from kept except select * from fresh)
) d order by thread
"""  # noqa: S608 constants only


async def drifted(above: int, upto: int) -> list[int]:
    """Threads with ids in (above, upto] whose counts differ from a recount."""
    return await db.values(DRIFTED, above, upto)
