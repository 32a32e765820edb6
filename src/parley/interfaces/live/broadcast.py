"""The broadcaster of a web process: it admits streams and sends each event to all readers of its thread.

PostgreSQL is the truth: a signal only says which thread changed, and a poll of all watched threads finds what signals
missed. So a lost signal, an outage of Redis or a crash between commit and publish delays an event but loses nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from parley.interfaces.live import queries, render, upkeep
from parley.interfaces.live.catch_up import CatchUp
from parley.interfaces.live.delivery import Channel, Delivery
from parley.interfaces.live.limits import LiveSettings, StreamLimits
from parley.interfaces.live.queue_stream import QueueStream, QueueStreams
from parley.interfaces.live.stream import NotificationStream, Stream
from parley.interfaces.live.upkeep import Presence
from parley.platform import tasks
from parley.platform.errors import Unavailable
from parley.platform.events import redis
from parley.platform.events.notify import Signal, subscribers
from parley.platform.observability import metrics
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)


class Broadcaster:
    """The open streams of this process."""

    def __init__(self, *, enforce_limits: bool = True, settings: LiveSettings | None = None) -> None:
        self.channels: dict[int, Channel] = {}
        self.settings = settings or LiveSettings()
        self.queue_streams = QueueStreams(self.settings.poll_interval)
        self.notification_streams: set[NotificationStream] = set()
        self.delivery = Delivery(self.channels, self.settings.max_behind)
        self.closing = False
        self._limits = StreamLimits(self.settings, enforce=enforce_limits)
        self._presence = Presence()
        self._catch_up = CatchUp(self.settings.max_behind)
        self._tasks: list[asyncio.Task[None]] = []
        # Some member may have more or fewer unread notifications than their pages show.
        self._unread_due = False

    # Start and stop

    def start(self) -> None:
        subscribers.append(self.on_signal)
        settings, queue = self.settings, self.queue_streams
        periodic_tasks: dict[str, tuple[float, Callable[[], Awaitable[None]]]] = {
            "scores": (settings.update_interval, lambda: upkeep.send_scores(self.channels.values())),
            "unread": (settings.update_interval, self._send_unread),
            "poll": (settings.poll_interval, self._poll),
            "readers": (settings.poll_interval, lambda: upkeep.send_readers(self.channels, self._presence)),
            "sessions": (settings.session_check_interval, lambda: upkeep.end_invalid(self.streams())),
            "queue": (settings.update_interval, queue.refresh),
            "staff_sessions": (settings.session_check_interval, queue.end_invalid),
            "heartbeats": (1.0, lambda: upkeep.keep_alive(self.streams(), settings)),
        }
        self._tasks = [
            asyncio.create_task(_every(seconds, run, name)) for name, (seconds, run) in periodic_tasks.items()
        ]
        self._tasks += [asyncio.create_task(self._subscribe()), asyncio.create_task(self.delivery.run())]

    def close(self) -> None:
        """End every stream and refuse new ones. Called before the server waits for its connections to close."""
        self.closing = True
        for stream in self.streams():
            stream.end(render.BYE)

    async def stop(self) -> None:
        self.close()
        if self.on_signal in subscribers:
            subscribers.remove(self.on_signal)
        await tasks.end(self._tasks)

    def streams(self) -> list[Stream]:
        threads = [stream for channel in self.channels.values() for stream in channel.streams]
        return [*threads, *self.queue_streams.open, *self.notification_streams]

    # Streams of threads

    async def join(self, stream: Stream, last: int | None) -> None:
        """Add a reader of a thread, and queue the events that it missed since event `last`.

        Raises NotFound if there is no such thread, TooMany if the owner has too many streams, and Unavailable while
        closing.
        """
        self._admit(stream)
        try:
            state = await self._catch_up.state(stream.thread, last)
            # The browser may send a number that does not exist yet: it must not hide later events.
            await self._catch_up.send(stream, state.last_seq if last is None else min(last, state.last_seq), state)
            while (channel := self._channel(stream, state)).seq > stream.seq:
                await self._catch_up.send_newer(stream)
            self._refuse_while_closing()
        except BaseException:
            self._limits.release(stream)
            raise
        # The reader is up to date: nothing was awaited since its number was compared with the channel's.
        channel.streams.add(stream)
        self._unread_due = self._unread_due or stream.member is not None
        # Send recent scores again, since the new reader may lack those that the others already have.
        channel.sent_scores.clear()
        channel.scores_due = True

    def leave(self, stream: Stream) -> None:
        """Remove a reader. Synchronous, like the other ways to leave, so that cancellation cannot skip it."""
        channel = self.channels.get(stream.thread)
        if channel is None or stream not in channel.streams:
            return
        self._limits.release(stream)
        channel.streams.discard(stream)
        if not channel.streams:
            del self.channels[stream.thread]

    def _channel(self, stream: Stream, state: queries.ThreadState) -> Channel:
        """Return the channel of the stream's thread. If there is none, open one that begins where the stream is."""
        channel = self.channels.get(stream.thread)
        if channel is None:
            channel = self.channels[stream.thread] = Channel(stream.thread, stream.seq, state.scored_from)
            # Signals that arrived before the channel was open were dropped: look for events once.
            self.delivery.request(stream.thread)
        return channel

    # Streams of the moderators' queue and of notifications

    async def join_queue(self, stream: QueueStream) -> None:
        """Add a moderator's open queue page, and send it the present state.

        Raises TooMany and Unavailable as `join` does.
        """
        self._admit(stream)
        try:
            await self.queue_streams.send_state(stream)
            self._refuse_while_closing()
        except BaseException:
            self._limits.release(stream)
            raise
        self.queue_streams.open.add(stream)
        # The queue may have changed while the state was read.
        self.queue_streams.is_due = True

    def leave_queue(self, stream: QueueStream) -> None:
        self._limits.release(stream)
        self.queue_streams.open.discard(stream)

    async def join_notifications(self, stream: NotificationStream) -> None:
        """Add a member's open page of notifications; it is sent the unread count within a second.

        Raises TooMany and Unavailable as `join` does.
        """
        self._admit(stream)
        self.notification_streams.add(stream)
        self._unread_due = True

    def leave_notifications(self, stream: NotificationStream) -> None:
        self._limits.release(stream)
        self.notification_streams.discard(stream)

    def _admit(self, stream: Stream) -> None:
        self._refuse_while_closing()
        self._limits.add(stream)

    def _refuse_while_closing(self) -> None:
        """Raise Unavailable while closing. Checked again after each wait: a stream added later would never end."""
        if self.closing:
            raise Unavailable(N_("This server is restarting. Live updates continue in a moment."))

    # Signals

    def on_signal(self, signal: Signal) -> None:
        self._unread_due = self._unread_due or signal.notifications
        self.queue_streams.is_due = self.queue_streams.is_due or signal.queue
        channel = self.channels.get(signal.thread)
        if channel is None:
            return
        channel.scores_due = channel.scores_due or signal.scores
        if signal.seq > channel.seq:
            self.delivery.request(signal.thread)

    async def _subscribe(self) -> None:
        """Receive the signals of other processes."""
        async for _, data in redis.subscribe(redis.LIVE_CHANNEL):
            try:
                signals = msgspec.json.decode(data, type=list[Signal])
            except msgspec.MsgspecError as error:
                # Sent by another version of Parley: the next poll finds the events.
                log.warning("signal not understood", error=repr(error))
            else:
                for signal in signals:
                    self.on_signal(signal)

    # Periodic tasks

    async def _poll(self) -> None:
        """Find events, scores and notifications whose signals were lost."""
        self._unread_due = True
        await self.delivery.poll()

    async def _send_unread(self) -> None:
        if self._unread_due:
            self._unread_due = False
            await upkeep.send_unread(self.streams())

    async def measure(self) -> None:
        """Update the metrics of this broadcaster."""
        metrics.STREAMS.set(len(self.streams()))
        metrics.THREADS.set(len(self.channels))
        metrics.BEHIND.set(await self.delivery.behind())


async def _every(seconds: float, run: Callable[[], Awaitable[None]], name: str) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await run()
        except Exception as error:  # noqa: BLE001 a task that fails runs again at the next interval
            log.warning("live task failed", task=name, error=repr(error))
