"""What a reader missed while it was away. When a server is back, all its readers are, within seconds: they share it."""

from collections.abc import Sequence
from functools import partial

from parley.core.cache import MicroCache, text_bytes
from parley.live import queries, render
from parley.live.queries import State
from parley.live.stream import Stream

# Well below the seconds for which votes are looked back at (queries.LATE_COMMIT).
SHARED_SECONDS = 0.5


class CatchUp:
    """Tells readers what they missed, up to `most` events; one further behind loads the page again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._states: MicroCache[State] = MicroCache("live states", SHARED_SECONDS)
        self._missed: MicroCache[list[render.RenderedEvent]] = MicroCache("live missed", SHARED_SECONDS, size=_size)
        self._scored: MicroCache[list[queries.Scored]] = MicroCache("live scores", SHARED_SECONDS)

    async def state(self, thread: int, last: int | None) -> State:
        """Where the thread is; never behind the event `last` that its reader was told already."""
        found = await self._states.get(thread, lambda: queries.state(thread))
        return await queries.state(thread) if last is not None and last > found.last_seq else found

    async def tell(self, stream: Stream, last: int, state: State) -> None:
        """Queue what came after event `last`, up to `state`."""
        stream.seq = last
        # Votes cast since this was read are told to everybody again once the reader has joined.
        since = partial(queries.scored_since_event, stream.thread, last)
        scores = await self._scored.get((stream.thread, last), since)
        missed = await self._missed_between(stream.thread, last, state.last_seq)
        if missed is None or len(scores) >= queries.MOST_SCORED:
            stream.put(render.resync())
            stream.seq = state.last_seq
            return
        if scores:
            stream.put(render.scores(scores))
        await _put(stream, missed)

    async def _missed_between(self, thread: int, last: int, newest: int) -> list[render.RenderedEvent] | None:
        """The events after number `last`; None where they are too many, or the first of them were deleted by now."""
        if newest - last > self._most:
            return None
        if newest <= last:
            return []
        missed = await self._missed.get((thread, last), partial(self._since, thread, last))
        return None if missed and missed[0].seq > last + 1 else missed

    async def tell_more(self, stream: Stream) -> None:
        """Queue what came since, read now."""
        await _put(stream, await self._since(stream.thread, stream.seq))

    async def _since(self, thread: int, seq: int) -> list[render.RenderedEvent]:
        return await render.events(await queries.events_after(thread, seq, self._most))


def _size(events: Sequence[render.RenderedEvent]) -> int:
    return text_bytes([told.message for told in events])


async def _put(stream: Stream, events: Sequence[render.RenderedEvent]) -> None:
    """Queue events. Blocks are read after the events, so that one made before a comment withholds it."""
    authors = {told.author for told in events if told.author is not None}
    blocked = await queries.blocked_by({stream.member}, authors) if stream.member is not None else {}
    for told in events:
        stream.put(told.to(blocked.get(stream.member)), told.seq)
