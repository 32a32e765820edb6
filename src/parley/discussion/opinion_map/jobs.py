"""Computing maps after new answers, one after another, in a process with low priority."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from parley.discussion.opinion_map import process, queries
from parley.discussion.opinion_map.published import MapChange, PublicationState, PublishedMap, changes, publish_map
from parley.discussion.opinion_map.tables import PerspectiveMap
from parley.discussion.opinion_model.analysis import Analysis, Votes
from parley.platform import db
from parley.platform.events import attempts

# A map is computed again after this many new answers, at most every five minutes, and once a day: shared verdicts need
# a second day, and the answers of members who left go.
NEW_ANSWERS = 5
SELECT_DUE_THREADS = f"""
select t.id from thread t left join perspective_map m on m.thread = t.id
where (m.counted_at is null or m.counted_at < now() - interval '5 minutes')
  and (m.counted_at < now() - interval '1 day' and m.published ->> 'reason' is null
       or (select count(*) from (
             (select from vote v where v.thread = t.id and v.axis = 'agreement'
                and v.changed_at > coalesce(m.counted_at, '-infinity') limit {NEW_ANSWERS})
             union all
             select from thesis_answer v where v.thread = t.id and v.value is not null
               and v.changed_at > coalesce(m.counted_at, '-infinity') limit {NEW_ANSWERS}
           ) fresh) = {NEW_ANSWERS})
  and {attempts.due("maps", "t.id")}
order by m.counted_at nulls first, t.id limit 20
"""  # noqa: S608 constants only
MOST_CHANGES = 200
STORE_MAP = """
insert into perspective_map (thread, analysis, published, state, answers, history, counted_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (thread) do update
set analysis = excluded.analysis, published = excluded.published, state = excluded.state,
    answers = excluded.answers, history = excluded.history, counted_at = excluded.counted_at
"""
DROP_VERDICTS = "delete from statement_verdict where thread = $1 and not comment = any($2::bigint[])"
STORE_VERDICTS = """
insert into statement_verdict as s (comment, thread, verdict, bridge, since)
select comment, $1, verdict, bridge, $5 from unnest($2::bigint[], $3::text[], $4::int[]) n(comment, verdict, bridge)
on conflict (comment) do update set verdict = excluded.verdict, bridge = excluded.bridge,
  since = case when s.verdict = excluded.verdict then s.since else excluded.since end
"""


async def compute_due() -> int:
    """Compute the maps of all threads that are due, and return their number."""
    return len(await attempts.each("maps", await db.values(SELECT_DUE_THREADS), compute, in_transaction=False))


class Earlier(msgspec.Struct, frozen=True):
    analysis: str
    state: str
    history: str


async def compute(thread: int, now: datetime | None = None) -> None:
    """Compute a thread's map. `now` is another moment than the present only in the demo and in tests."""
    now = now or datetime.now(UTC)
    earlier = await db.fetch_one(Earlier, PerspectiveMap.select().where(PerspectiveMap.thread == thread))
    previous = msgspec.json.decode(earlier.analysis, type=Analysis) if earlier else None
    state = msgspec.json.decode(earlier.state, type=PublicationState) if earlier else PublicationState()
    votes = await queries.eligible_answers(thread)
    analysis = await process.analyse(process.Request(votes, thread, previous, state.shown))
    published, after = publish_map(analysis, votes, await queries.statement_authors(votes), state, now.date())
    history = msgspec.json.decode(earlier.history, type=list[MapChange]) if earlier else []
    history += changes(now, analysis, previous, state, after)
    await _store(thread, now, analysis, votes, published, after, history[-MOST_CHANGES:])


async def _store(
    thread: int,
    now: datetime,
    analysis: Analysis,
    votes: Votes,
    published: PublishedMap,
    after: PublicationState,
    history: list[MapChange],
) -> None:
    # Where members stand is needed only to publish, and is not stored.
    kept = msgspec.structs.replace(analysis, members=(), statements=(), representative={})
    async with db.atomic():
        values = (_json(kept), _json(published), _json(after), len(votes.voter), _json(history), now)
        await db.execute(STORE_MAP, thread, *values)
        # The thesis has no comment; its verdict is in the map alone.
        shown = [one for one in published.statements if one.verdict != "unknown" and one.comment > 0]
        await db.execute(DROP_VERDICTS, thread, [statement.comment for statement in shown])
        await db.execute(
            STORE_VERDICTS,
            thread,
            [statement.comment for statement in shown],
            [statement.verdict for statement in shown],
            [statement.bridge for statement in shown],
            now,
        )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
