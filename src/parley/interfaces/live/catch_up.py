"""Sending a reader the events that it missed. After a restart all readers return within seconds and share the work."""

from collections.abc import Sequence
from functools import partial

from parley.discussion.comment_tree.viewer_state import Words, muted_in
from parley.interfaces.live import queries, render
from parley.interfaces.live.queries import ThreadState
from parley.interfaces.live.stream import Stream
from parley.platform.cache import MicroCache, text_bytes
from parley.platform.concurrency import Batcher

# Shorter than queries.LATE_COMMIT: the broadcaster reads scores again from that far back, so it sends what a cached
# answer lacks.
SHARED_SECONDS = 0.5
MOST_AT_ONCE = 200


class CatchUp:
    """Sends up to `max_behind` missed events; a reader that missed more has to load the page again."""

    def __init__(self, max_behind: int) -> None:
        self._max_behind = max_behind
        self._states: MicroCache[ThreadState] = MicroCache("live states", SHARED_SECONDS)
        self._missed: MicroCache[list[render.RenderedEvent]] = MicroCache("live missed", SHARED_SECONDS, size=_size)
        self._scored: MicroCache[list[queries.ScoredComment]] = MicroCache("live scores", SHARED_SECONDS)

    async def state(self, thread: int, last: int | None) -> ThreadState:
        """Return the state of the thread, read again if the cached one is older than event `last`."""
        state = await self._states.get(thread, lambda: queries.state(thread))
        return await queries.state(thread) if last is not None and last > state.last_seq else state

    async def send(self, stream: Stream, last: int, state: ThreadState) -> None:
        """Queue the events after number `last` up to `state`, and scores that changed meanwhile."""
        stream.seq = last
        # Scores that change after this query are sent to everybody once the reader has joined.
        scored = partial(queries.scored_since_event, stream.thread, last)
        scores = await self._scored.get((stream.thread, last), scored)
        missed = await self._missed_between(stream.thread, last, state.last_seq)
        if missed is None or len(scores) >= queries.MOST_SCORED:
            stream.put(render.RESYNC)
            stream.seq = state.last_seq
            return
        if scores:
            stream.put(render.scores(scores))
        await _queue_events(stream, missed)

    async def _missed_between(self, thread: int, last: int, newest: int) -> list[render.RenderedEvent] | None:
        """Return the events after number `last`, or None if there are too many, or if the oldest were deleted."""
        if newest - last > self._max_behind:
            return None
        if newest <= last:
            return []
        missed = await self._missed.get((thread, last), partial(self._since, thread, last))
        return missed if missed and missed[0].seq == last + 1 else None

    async def send_newer(self, stream: Stream) -> None:
        """Queue the events after the last one that the stream has, without the cache."""
        await _queue_events(stream, await self._since(stream.thread, stream.seq))

    async def _since(self, thread: int, seq: int) -> list[render.RenderedEvent]:
        return await render.events(await queries.events_after(thread, seq, self._max_behind))


def _size(events: Sequence[render.RenderedEvent]) -> int:
    return text_bytes([event.message for event in events])


async def _queue_events(stream: Stream, events: Sequence[render.RenderedEvent]) -> None:
    """Queue events.

    Read who blocked whom after the events: a comment must not reach a reader who blocked its author before it was
    written.
    """
    authors = {event.author for event in events if event.author is not None}
    has_comments = stream.member is not None and any(event.comment for event in events)
    blocked, words = await _mutes.ask((stream.member or 0, authors)) if has_comments else (None, ())
    muted = await muted_in([event.comment for event in events if event.comment], words)
    for event in events:
        word = muted.get(event.comment.id) if event.comment else None
        stream.put(event.for_reader(stream.member, blocked, word, stream.reads), event.seq)


Mutes = tuple[frozenset[int] | None, Words]


async def _mutes_of(readers: list[tuple[int, set[int]]]) -> list[Mutes]:
    """Return whom each member blocked of all these authors, and which words they muted."""
    authors: set[int] = set().union(*(authors for _, authors in readers))
    members = {member for member, _ in readers}
    blocked, words = await queries.blocked_by(members, authors), await queries.muted_words(members)
    return [(blocked[member], words.get(member, ())) for member, _ in readers]


# One statement each would keep a thousand members who return at once waiting.
_mutes: Batcher[tuple[int, set[int]], Mutes] = Batcher(MOST_AT_ONCE, _mutes_of)
