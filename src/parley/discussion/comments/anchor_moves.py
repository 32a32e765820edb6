"""After a revision, finding the anchors of its thread again: at once if they are few, or else by the worker.

Readers and writers of a thread wait for no more than BATCH anchors. Until an anchor has moved, its comment is shown as
it was on the former revision; if its passage is gone, among those on earlier text.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

import msgspec

from parley.articles.anchoring import Resolution
from parley.articles.articles import queries as articles
from parley.discussion.comments.anchors import SELECT_ANCHORED, Anchored, locate, shorten_quote
from parley.discussion.comments.counts import update_counts
from parley.discussion.threads.queries import lock_thread
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.event_log import emit
from parley.platform.events.job_wakeups import wake_job

JOB = "anchors"
BATCH = 200
# Those that wait for a move from an earlier revision stay there.
PLAN = """
update revision r set unmoved = int8multirange(int8range(0, (select max(id) from comment), '[]')) - coalesce(
    (select range_agg(o.unmoved) from revision o where o.article = r.article and o.unmoved is not null), '{}')
from thread t where t.id = $1 and r.article = t.article and r.number = $2
"""
SELECT_UNMOVED = SELECT_ANCHORED.replace(
    "order by",
    """and id <@ (select r.unmoved from revision r join thread t on t.article = r.article
                  where t.id = $1 and r.number = $2) order by""",
)
HAS_MANY = f"""
select exists (select from comment where thread = $1 and parent is null and passage is not null offset {BATCH})
"""  # noqa: S608 constants only
SELECT_DUE = f"""
select distinct t.id from revision r join thread t on t.article = r.article
where r.unmoved is not null and {attempts.due(JOB, "t.id")}
"""  # noqa: S608 constants only
SELECT_NEXT = """
select r.number as former, t.revision as new from revision r join thread t on t.article = r.article
where t.id = $1 and r.unmoved is not null order by r.number limit 1
"""
# Not if somebody moved the comment meanwhile.
MOVE_ANCHORS = """
update comment c set anchor = n.anchor, passage = n.passage, passage_end = nullif(n.last, n.passage),
                     words = nullif(n.words, ''), confidence = n.confidence
from unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::float8[])
     as n(id, made_on, anchor, passage, last, words, confidence)
where c.id = n.id and c.thread = $1 and c.made_on = n.made_on
  and (c.anchor, c.passage, coalesce(c.words, '')) is distinct from (n.anchor, n.passage, n.words)
"""
# Those up to the comment $3, or all.
MARK_MOVED = """
update revision r set unmoved = nullif(r.unmoved - int8multirange(int8range(null, $3, '[]')), '{}')
from thread t where t.id = $1 and r.article = t.article and r.number = $2
"""
MARK_PLACED = """
update revision r set unmoved = nullif(r.unmoved - (
    select range_agg(int8range(id, id, '[]')) from unnest($2::bigint[]) placed(id)), '{}')
from thread t where t.id = $1 and r.article = t.article and r.unmoved is not null
"""


class Move(msgspec.Struct, frozen=True):
    """Anchors that were found in revision `former` last, and are to be found in `new`."""

    former: int
    new: int


async def after_revise(thread: int, former: int, new: int) -> None:
    """Find the anchors of a thread again, or have the worker do it. The caller has locked the thread's row."""
    await db.execute(PLAN, thread, former)
    if await db.value(HAS_MANY, thread):
        db.after_commit(partial(wake_job, JOB))
        return
    move, few = Move(former, new), await db.fetch(Anchored, SELECT_UNMOVED, thread, former)
    await _move_batch(thread, move, few, await _locate(thread, move, few), None)


async def move_waiting() -> int:
    """Move the anchors of revised articles, and return in how many threads."""
    return len(await attempts.each(JOB, await db.values(SELECT_DUE), _move_in_thread, in_transaction=False))


async def _move_in_thread(thread: int) -> None:
    while (move := await db.fetch_one(Move, SELECT_NEXT, thread)) is not None:
        anchored = await db.fetch(Anchored, SELECT_UNMOVED, thread, move.former)
        found = await _locate(thread, move, anchored)
        anchored.sort(key=lambda one: one.id)
        for first, end in pairwise([*range(0, len(anchored), BATCH), len(anchored)] if anchored else [0, 0]):
            upto = anchored[end - 1].id if end < len(anchored) else None
            async with db.atomic():
                if not await _move_if_newest(thread, move, anchored[first:end], found, upto):
                    break
            failpoint.hit("anchors moved")


async def _locate(thread: int, move: Move, anchored: Sequence[Anchored]) -> dict[int, Resolution]:
    text, merged = await articles.text(thread, move.new), await articles.merged_lineages(thread)
    return await locate(thread, move.former, text, merged, anchored)


async def _move_if_newest(
    thread: int, move: Move, batch: Sequence[Anchored], found: Mapping[int, Resolution], upto: int | None
) -> bool:
    """Move a batch unless the article was revised again meanwhile; return whether it was moved."""
    await lock_thread(thread)
    if await db.value("select revision from thread where id = $1", thread) != move.new:
        return False
    await _move_batch(thread, move, batch, found, upto)
    if upto is None:
        await emit("anchors.moved", thread=thread)
    return True


async def _move_batch(
    thread: int, move: Move, batch: Sequence[Anchored], found: Mapping[int, Resolution], upto: int | None
) -> None:
    places = [found[one.id] for one in batch]
    async with update_counts(*[one.id for one in batch]):
        await db.execute(
            MOVE_ANCHORS,
            thread,
            [one.id for one in batch],
            [one.made_on for one in batch],
            [place.state for place in places],
            [place.lineage for place in places],
            [place.last for place in places],
            [shorten_quote(place.quote) if place.state == "changed" else "" for place in places],
            [place.confidence for place in places],
        )
    await db.execute(MARK_MOVED, thread, move.former, upto)
