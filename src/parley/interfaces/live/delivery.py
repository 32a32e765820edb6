"""Reads and renders the new events of each watched thread once, and queues them for all readers."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import structlog

from parley.discussion.comment_tree.viewer_state import Words, muted_by_readers
from parley.interfaces.live import queries, render
from parley.interfaces.live.render import RenderedEvent
from parley.interfaces.live.stream import Stream
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.observability import metrics
from parley.platform.text.languages import Language, speaking

log = structlog.get_logger(__name__)

Blocked = dict[int | None, frozenset[int]]
# What members muted, by member; and the word of it that is in a comment, by comment and what was muted.
Muted = tuple[dict[int, Words], dict[tuple[int, Words], str]]


class Channel:
    """One watched thread: its readers, and the last event that they were sent."""

    def __init__(self, thread: int, seq: int, scored_from: datetime) -> None:
        self.thread = thread
        self.seq = seq
        self.streams: set[Stream] = set()
        self.lock = asyncio.Lock()
        self.scores_due = False
        # Scores that changed after `scored_from` are read next; those already sent are in `sent_scores`.
        self.scored_from = scored_from
        self.sent_scores: dict[int, queries.ScoredComment] = {}

    def send(
        self, seq: int, events: Mapping[Language, Sequence[RenderedEvent]], blocked: Blocked, muted: Muted
    ) -> None:
        """Queue events up to number `seq` for all readers.

        `blocked` has the members whom each reader blocked, `muted` their words.
        """
        words, found = muted
        for stream in self.streams:
            for event in events[stream.language]:
                comment = event.comment.id if event.comment else 0
                word = found.get((comment, words.get(stream.member or 0, ())))
                stream.put(event.for_reader(stream.member, blocked.get(stream.member), word, stream.reads), event.seq)
        self.seq = seq

    def take_unsent_scores(self, rows: list[queries.ScoredComment]) -> list[queries.ScoredComment]:
        """Return the `rows` that were not sent yet, count all as sent, and note from when to read next."""
        fresh = [row for row in rows if self.sent_scores.get(row.id) != row]
        self.sent_scores = {row.id: row for row in rows}
        if len(rows) == queries.MOST_SCORED:
            self.scored_from, self.scores_due = rows[-1].scored_at, True
        elif rows:
            self.scored_from = rows[-1].scored_at - queries.LATE_COMMIT
        return fresh


async def mutes_of_readers(channel: Channel, events: Collection[RenderedEvent]) -> tuple[Blocked, Muted]:
    """Return the authors of `events` whom each reader of the channel blocked, and the words in them that each muted.

    Also for readers who join meanwhile.
    """
    authors = {event.author for event in events if event.author is not None}
    blocked: Blocked = {}
    words: dict[int, Words] = {}
    found: dict[tuple[int, Words], str] = {}
    comments = {event.comment.id: event.comment for event in events if event.comment}
    while members := {stream.member for stream in channel.streams if stream.member is not None} - blocked.keys():
        if comments:
            words |= await queries.muted_words(members)
            found |= await muted_by_readers(comments.values(), set(words.values()))
        blocked |= await queries.blocked_by(members, authors)
    return blocked, (words, found)


class Delivery:
    """Sends new events of the watched threads in `channels`, which it shares with the broadcaster."""

    def __init__(self, channels: dict[int, Channel], max_behind: int) -> None:
        self._channels = channels
        self._max_behind = max_behind
        self._pending: set[int] = set()
        self._wake = asyncio.Event()

    def request(self, thread: int) -> None:
        """Have the new events of a thread read soon."""
        self._pending.add(thread)
        self._wake.set()

    async def run(self) -> None:
        """Deliver whatever is requested, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            pending, self._pending = self._pending, set()
            for thread in pending:
                await self.deliver(thread)

    async def deliver(self, thread: int) -> None:
        """Send the new events of a thread. Failures are only logged: the next poll tries again."""
        channel = self._channels.get(thread)
        if channel is None:
            return
        try:
            await self.advance(channel)
        except (Unavailable, *OUTAGES) as error:
            log.warning("events not read", thread=thread, error=repr(error))
        except Exception:
            log.exception("events not read", thread=thread)

    async def advance(self, channel: Channel) -> None:
        """Read and render the events that this channel has not sent yet, and queue them for all its readers."""
        async with channel.lock:
            more = True
            while more:
                events = await queries.events_after(channel.thread, channel.seq, self._max_behind)
                more = len(events) == self._max_behind
                if events:
                    await self._send(channel, events)
                for event in events:
                    metrics.DELAY_SECONDS.observe(event.age)

    async def _send(self, channel: Channel, events: Sequence[queries.EventRow]) -> None:
        rendered: dict[Language, list[RenderedEvent]] = {}
        mutes: tuple[Blocked, Muted] = {}, ({}, {})
        # Readers of another language may join meanwhile.
        while missing := {stream.language for stream in channel.streams} - rendered.keys():
            for language in missing:
                with speaking(language):
                    rendered[language] = await render.events(events)
            # Read who blocked whom after the events: a comment must not reach a reader who blocked its author
            # before it was written.
            mutes = await mutes_of_readers(channel, next(iter(rendered.values())))
        channel.send(events[-1].seq, rendered, *mutes)

    async def poll(self) -> None:
        """Deliver events whose signals were lost, and have scores read again."""
        for row in await queries.last_seqs(list(self._channels)):
            channel = self._channels.get(row.thread)
            if channel is not None:
                channel.scores_due = True
                if row.last_seq > channel.seq:
                    await self.deliver(row.thread)

    async def behind(self) -> int:
        """Return how many events the channels have not sent yet."""
        rows = await queries.last_seqs(list(self._channels))
        behind = [row.last_seq - channel.seq for row in rows if (channel := self._channels.get(row.thread))]
        return sum(max(events, 0) for events in behind)
