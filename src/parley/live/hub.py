"""The live hub: one a process. It reads what happened once, renders it once, and hands it to every reader.

PostgreSQL is the truth: a signal only says where to look, and a slow look at all watched threads finds what
signals missed. So a lost signal, a dead Redis or a crash between commit and publish delays an event and loses nothing.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from time import monotonic

import msgspec
import structlog

from parley.accounts.sessions import still_valid
from parley.core.errors import Unavailable
from parley.core.events import redis, tasks
from parley.core.events.notify import Signal, subscribers
from parley.core.http.failures import OUTAGES
from parley.core.observability import metrics
from parley.live import queries, render
from parley.live.catch_up import CatchUp
from parley.live.channel import Bounds, Channel
from parley.live.limits import StreamLimits
from parley.live.presence import Presence
from parley.live.queue_stream import QueueStream, QueueStreams
from parley.live.stream import Stream
from parley.live.unread_stream import UnreadStream
from parley.notifications.queries import unread_of_all

log = structlog.get_logger(__name__)


class Hub:
    def __init__(self, *, limits: bool = True, bounds: Bounds | None = None) -> None:
        self.channels: dict[int, Channel] = {}
        self.bounds = bounds or Bounds()
        self.desk = QueueStreams(self.bounds.slow_look)
        self.unread_streams: set[UnreadStream] = set()
        self.closing = False
        self._caps = StreamLimits(self.bounds, limits=limits)
        self._presence = Presence()
        self._catch_up = CatchUp(self.bounds.most_behind)
        self._tasks: list[asyncio.Task[None]] = []
        self._pending: set[int] = set()
        self._wake = asyncio.Event()
        # Some member may have more notifications to read than their pages say, or less.
        self._unread_due = False

    # Life

    def start(self) -> None:
        subscribers.append(self.on_signal)
        jobs: Iterable[tuple[float, Callable[[], Awaitable[None]]]] = (
            (self.bounds.scores, self._send_scores),
            (self.bounds.scores, self._send_unread),
            (self.bounds.slow_look, self._look_at_all),
            (self.bounds.slow_look, self._count_readers),
            (self.bounds.still_valid, self._end_invalid),
            (self.bounds.scores, self.desk.look),
            (self.bounds.still_valid, self.desk.end_others),
            (1.0, self._look_after),
        )
        self._tasks = [asyncio.create_task(_every(seconds, job)) for seconds, job in jobs]
        self._tasks += [asyncio.create_task(self._subscribe()), asyncio.create_task(self._deliver())]

    def close(self) -> None:
        """End every stream with a goodbye and refuse new ones: before their connections are waited for."""
        self.closing = True
        self._end_all()

    async def stop(self) -> None:
        self.close()
        if self.on_signal in subscribers:
            subscribers.remove(self.on_signal)
        await tasks.end(self._tasks)

    # Readers

    async def join(self, stream: Stream, last: int | None) -> None:
        """Add a reader, and queue what it missed since event `last`.

        Raises TooMany past the caps, Unavailable while closing.
        """
        self._admit(stream)
        try:
            state = await self._catch_up.state(stream.thread, last)
            # A number that is made up must not hide what comes.
            await self._catch_up.tell(stream, state.last_seq if last is None else min(last, state.last_seq), state)
            while (channel := self._channel(stream, state)).seq > stream.seq:
                await self._catch_up.tell_more(stream)
            self._refuse_while_closing()
        except BaseException:
            self._caps.free(stream)
            raise
        # Nothing was awaited since it was found to know all that the others know.
        channel.streams.add(stream)
        self._unread_due = self._unread_due or stream.member is not None
        # Votes that the others were told of meanwhile are told again.
        channel.told.clear()
        channel.scores_due = True

    async def subscribe_queue(self, queue_stream: QueueStream) -> None:
        """Add a moderator's open queue, and tell it how things stand. Raises as `join` does."""
        self._admit(queue_stream)
        try:
            await self.desk.tell(queue_stream)
            self._refuse_while_closing()
        except BaseException:
            self._caps.free(queue_stream)
            raise
        self.desk.queue_streams.add(queue_stream)
        # What changed while it was told.
        self.desk.is_stirred = True

    async def listen(self, unread_stream: UnreadStream) -> None:
        """Add a member's open page of notifications, which is told their number at once. Raises as `join` does."""
        self._admit(unread_stream)
        self.unread_streams.add(unread_stream)
        self._unread_due = True

    def leave(self, stream: Stream) -> None:
        """Forget a reader. Synchronous, as the two after it, so that a vanished browser cannot skip it."""
        channel = self.channels.get(stream.thread)
        if channel is None or stream not in channel.streams:
            return
        self._caps.free(stream)
        channel.streams.discard(stream)
        if not channel.streams:
            del self.channels[stream.thread]

    def unsubscribe_queue(self, queue_stream: QueueStream) -> None:
        """Forget a moderator's open queue."""
        self._caps.free(queue_stream)
        self.desk.queue_streams.discard(queue_stream)

    def stop_listening(self, unread_stream: UnreadStream) -> None:
        """Forget an open page of notifications."""
        self._caps.free(unread_stream)
        self.unread_streams.discard(unread_stream)

    def _admit(self, stream: Stream) -> None:
        self._refuse_while_closing()
        self._caps.take(stream)

    def _refuse_while_closing(self) -> None:
        """Asked again after whatever was waited for: one that comes in after the goodbye would hear none."""
        if self.closing:
            raise Unavailable("This server is restarting. Live updates continue in a moment.")

    def _channel(self, stream: Stream, state: queries.State) -> Channel:
        """The channel of the stream's thread, opened where the stream is if there is none."""
        channel = self.channels.get(stream.thread)
        if channel is None:
            channel = self.channels[stream.thread] = Channel(stream.thread, stream.seq, state.scored_from)
            # Signals that came before it was open found no subscriber: look once.
            self._pending.add(stream.thread)
            self._wake.set()
        return channel

    def _end_all(self) -> None:
        for stream in self._all():
            stream.end(render.bye())

    def _all(self) -> list[Stream]:
        threads = [stream for channel in self.channels.values() for stream in channel.streams]
        return [*threads, *self.desk.queue_streams, *self.unread_streams]

    # Signals

    def on_signal(self, signal: Signal) -> None:
        self._unread_due = self._unread_due or signal.notifications
        self.desk.is_stirred = self.desk.is_stirred or signal.queue
        channel = self.channels.get(signal.thread)
        if channel is None:
            return
        channel.scores_due = channel.scores_due or signal.scores
        if signal.seq > channel.seq:
            self._pending.add(signal.thread)
            self._wake.set()

    async def _deliver(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            pending, self._pending = self._pending, set()
            for thread in pending:
                await self._advance_safely(thread)

    async def _advance_safely(self, thread: int) -> None:
        channel = self.channels.get(thread)
        if channel is None:
            return
        # The slow look comes back to it: what could not be read now is not lost.
        try:
            await self._advance(channel)
        except (Unavailable, *OUTAGES) as error:
            log.warning("events cannot be read now", thread=thread, error=repr(error))
        except Exception:
            log.exception("could not read events", thread=thread)

    async def _advance(self, channel: Channel) -> None:
        """Read the events that this channel has not told yet, once, and queue them for all its readers."""
        async with channel.lock:
            most = self.bounds.most_behind
            more = True
            while more:
                events = await queries.events_after(channel.thread, channel.seq, most)
                more = len(events) == most
                rendered = await render.events(events)
                blocked = await self._blocked(channel, rendered)
                for told in rendered:
                    for stream in channel.streams:
                        stream.put(told.to(blocked.get(stream.member)), told.seq)
                    channel.seq = told.seq
                for event in events:
                    metrics.DELAY_SECONDS.observe(event.age)

    async def _blocked(
        self, channel: Channel, events: Sequence[render.RenderedEvent]
    ) -> dict[int | None, frozenset[int]]:
        """Whom each reader of the channel blocked, read after the events and also for those who join meanwhile."""
        authors = {told.author for told in events if told.author is not None}
        found: dict[int | None, frozenset[int]] = {}
        while members := {one.member for one in channel.streams if one.member is not None} - found.keys():
            found |= await queries.blocked_by(members, authors)
        return found

    async def _subscribe(self) -> None:
        """Listen to the other processes' signals."""
        async for _, data in redis.subscribed(redis.LIVE_CHANNEL):
            try:
                signals = msgspec.json.decode(data, type=list[Signal])
            except msgspec.MsgspecError as error:
                # Another version says it in other words; the slow look finds what it meant.
                log.warning("signal not understood", error=repr(error))
            else:
                for one in signals:
                    self.on_signal(one)

    async def measure(self) -> None:
        """Bring what Prometheus is told of this hub up to date."""
        metrics.STREAMS.set(len(self._all()))
        metrics.THREADS.set(len(self.channels))
        newest = await queries.newest(list(self.channels)) if self.channels else []
        behind = [one.last_seq - channel.seq for one in newest if (channel := self.channels.get(one.id))]
        metrics.BEHIND.set(sum(max(events, 0) for events in behind))

    # Ticks

    async def _look_at_all(self) -> None:
        """Find what signals missed: events, and scores and notifications too."""
        self._unread_due = True
        if not self.channels:
            return
        newest = await queries.newest(list(self.channels))
        for one in newest:
            channel = self.channels.get(one.id)
            if channel is None:
                continue
            channel.scores_due = True
            if one.last_seq > channel.seq:
                await self._advance_safely(one.id)

    async def _send_scores(self) -> None:
        """One message a thread and second, with all comments whose votes changed."""
        for channel in [one for one in self.channels.values() if one.scores_due]:
            channel.scores_due = False
            rows = await queries.scored_after(channel.thread, channel.scored_from)
            fresh = [row for row in rows if channel.told.get(row.id) != row]
            channel.told = {row.id: row for row in rows}
            if len(rows) == queries.MOST_SCORED:
                channel.scored_from, channel.scores_due = rows[-1].scored_at, True
            elif rows:
                channel.scored_from = rows[-1].scored_at - queries.LATE_COMMIT
            if fresh:
                message = render.scores(fresh)
                for stream in channel.streams:
                    stream.put(message)

    async def _send_unread(self) -> None:
        """Count, in one query, the notifications of all members who read along, and tell those whose number changed."""
        if not self._unread_due:
            return
        self._unread_due = False
        streams = [stream for stream in self._all() if stream.member is not None]
        members = {stream.member for stream in streams if stream.member is not None}
        counts = await unread_of_all(members) if members else {}
        messages = {count: render.unread(count) for count in {0, *counts.values()}}
        for stream in streams:
            count = counts.get(stream.member or 0, 0)
            stream.say_unread(count, messages[count])

    async def _count_readers(self) -> None:
        counts = {thread: len(channel.streams) for thread, channel in self.channels.items()}
        for thread, readers in (await self._presence.exchange(counts)).items():
            channel = self.channels.get(thread)
            if channel is not None:
                message = render.readers(readers)
                for stream in channel.streams:
                    stream.say_readers(readers, message)

    async def _end_invalid(self) -> None:
        """End the streams of sessions that were signed out or whose member was suspended."""
        by_session: dict[int, list[Stream]] = defaultdict(list)
        for stream in self._all():
            if stream.session is not None:
                by_session[stream.session].append(stream)
        if not by_session:
            return
        valid = await still_valid(list(by_session))
        for session, streams in by_session.items():
            for stream in streams:
                if session not in valid:
                    stream.end(render.bye())

    async def _look_after(self) -> None:
        """Heartbeats, cutting off readers that take nothing, and a life's end for the others."""
        now = monotonic()
        for stream in self._all():
            if stream.stuck_for(now) > self.bounds.send:
                stream.cut()
            elif now - stream.born > self.bounds.lifetime + stream.jitter:
                stream.end(render.bye())
            elif now - stream.spoke > self.bounds.heartbeat:
                stream.put(render.HEARTBEAT)


async def _every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception as error:  # noqa: BLE001 a tick that fails is tried again at the next
            log.warning("live tick failed", job=getattr(job, "__name__", ""), error=repr(error))
