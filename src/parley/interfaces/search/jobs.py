"""The worker's jobs for search: index what events report, keep ranks current, and check everything every night."""

from collections.abc import Sequence
from functools import partial

import msgspec
import structlog

from parley.discussion.threads.tables import Thread
from parley.interfaces.search import ops, spelling
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.events.pacing import Pace

log = structlog.get_logger(__name__)

BATCH = 200
# In seconds. What comes in while the job rests is in the next batch, so resting longer saves nothing, and a new comment
# must be found within a second however long a batch takes.
MOST_REST = 0.25


class NewEvent(msgspec.Struct, frozen=True):
    id: int
    kind: str
    thread: int
    comment: int | None


SELECT_DUE = f"""
select e.id, e.kind, e.thread, e.comment from event e
where e.indexed_at is null and {attempts.due("search", "e.id")}
"""  # noqa: S608 constants only
TAKE_EVENTS = f"{SELECT_DUE} order by e.id limit $1 for no key update of e skip locked"
MARK_INDEXED = "update event set indexed_at = now() where id = any($1::bigint[])"
# Events that change what readers see of an article, and events that change many comments at once.
OF_ARTICLES = {"thread.opened", "article.revised", "article.restricted", "anchors.moved"}
OF_MANY_COMMENTS = {"article.revised", "article.restricted", "discussion.imported"}


async def index_events(pace: Pace | None = None) -> int:
    """Index what new events changed, and return how many events there were. With a `pace`, rest between batches."""
    # The last comment that was looked at, of each thread with more to index.
    cursors: dict[int, int] = {}
    count, taken = 0, BATCH
    while taken == BATCH or (taken and cursors):
        taken = await _index_some(cursors)
        count += taken
        if pace is not None and taken:
            await pace.rest()
    return count


async def index_at_a_pace() -> int:
    return await index_events(Pace(MOST_REST))


async def _index_some(cursors: dict[int, int]) -> int:
    async with db.atomic():
        events = await db.fetch(NewEvent, TAKE_EVENTS, BATCH)
        await attempts.in_halves("search", events, partial(_index, cursors=cursors), key=lambda event: event.id)
    return len(events)


async def _index(events: Sequence[NewEvent], *, cursors: dict[int, int]) -> None:
    """Index what these events changed. Events of a thread with more to index stay for the next batch."""
    await ops.index_comments(sorted({event.comment for event in events if event.comment is not None}))
    for thread in sorted({event.thread for event in events if event.kind in OF_ARTICLES}):
        await ops.index_article(thread)
    for thread in sorted({event.thread for event in events if event.kind in OF_MANY_COMMENTS}):
        after = cursors.pop(thread, 0)
        last = await ops.index_stale(thread, after)
        # After the last comment it begins again, since a batch before may have been rolled back.
        if last is not None or after:
            cursors[thread] = last or 0
    done = [event.id for event in events if event.kind not in OF_MANY_COMMENTS or event.thread not in cursors]
    await db.execute(MARK_INDEXED, done)


async def check() -> int:
    """Update the index of every thread, collect the words for spelling, and return how many threads were checked."""
    threads = await db.values(Thread.select(Thread.id).order_by(Thread.id))
    done = await attempts.each("search check", threads, ops.check)
    await spelling.collect()
    log.info("search index checked", threads=len(done))
    return len(done)
