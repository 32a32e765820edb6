"""The live hub: one a process. It reads what happened once, renders it once, and hands it to every reader.

PostgreSQL is the truth: a nudge only says where to look, and a slow look at all watched threads finds what nudges
missed. So a lost nudge, a dead Redis or a crash between commit and publish delays an event and loses nothing.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from time import monotonic

import msgspec
import structlog
from redis.exceptions import RedisError

from parley.accounts.sessions import still_valid
from parley.core import redis
from parley.core.errors import TooMany, Unavailable
from parley.core.nudges import Nudge, listeners
from parley.live import queries, render
from parley.live.presence import Presence
from parley.live.stream import Stream

log = structlog.get_logger(__name__)

SLOW_LOOK_SECONDS = 5.0
SCORES_SECONDS = 1.0
VALID_SECONDS = 4.0
HEARTBEAT_SECONDS = 15.0
# A reader that takes nothing for so long is cut off.
SEND_SECONDS = 10.0
LIFETIME_SECONDS = 1_800.0
STREAMS_A_SESSION = 5
STREAMS_AN_ADDRESS = 500
# A reader further behind than this is told to load the page again.
MOST_BEHIND = 200


class Channel:
    """One watched thread: its readers, and how far they have been told."""

    def __init__(self, thread: int, seq: int) -> None:
        self.thread = thread
        self.seq = seq
        self.scored_at = datetime.now(UTC)
        self.streams: set[Stream] = set()
        self.lock = asyncio.Lock()
        self.scores_due = False


class Hub:
    def __init__(self, *, limits: bool = True) -> None:
        self.channels: dict[int, Channel] = {}
        self.limits = limits
        self.closing = False
        self._presence = Presence()
        self._tasks: list[asyncio.Task[None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pending: set[int] = set()
        self._wake = asyncio.Event()

    # Life

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        listeners.append(self.on_nudge)
        jobs: Iterable[tuple[float, Callable[[], Awaitable[None]]]] = (
            (SCORES_SECONDS, self._send_scores),
            (SLOW_LOOK_SECONDS, self._look_at_all),
            (SLOW_LOOK_SECONDS, self._count_readers),
            (VALID_SECONDS, self._end_invalid),
            (1.0, self._look_after),
        )
        self._tasks = [asyncio.create_task(_every(seconds, job)) for seconds, job in jobs]
        self._tasks += [asyncio.create_task(self._subscribe()), asyncio.create_task(self._deliver())]

    def close(self) -> None:
        """End every stream with a goodbye; new ones are refused. Called on SIGTERM, before connections are waited for."""
        self.closing = True
        for stream in self._all():
            stream.end(render.bye())

    async def stop(self) -> None:
        self.close()
        if self.on_nudge in listeners:
            listeners.remove(self.on_nudge)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # Readers

    async def join(self, stream: Stream, last: int | None) -> None:
        """Add a reader, and queue what it missed since event `last`.

        Raises TooMany past the caps, Unavailable while closing.
        """
        self._admit(stream)
        channel = self.channels.get(stream.thread)
        if channel is None:
            channel = Channel(stream.thread, await queries.last_seq(stream.thread))
            channel = self.channels.setdefault(stream.thread, channel)
        # Queued first, read second: what commits in between comes twice and is dropped by its number.
        channel.streams.add(stream)
        try:
            await self._catch_up(stream, channel, last)
        except BaseException:
            self.leave(stream)
            raise

    def leave(self, stream: Stream) -> None:
        """Forget a reader. Synchronous, so that a vanished browser cannot skip it."""
        channel = self.channels.get(stream.thread)
        if channel is None:
            return
        channel.streams.discard(stream)
        if not channel.streams:
            del self.channels[stream.thread]

    def _admit(self, stream: Stream) -> None:
        if self.closing:
            raise Unavailable("This server is about to restart. Live updates come back in a moment.")
        if not self.limits:
            return
        same = [one for one in self._all() if one.owner == stream.owner]
        if len(same) >= (STREAMS_A_SESSION if stream.session else STREAMS_AN_ADDRESS):
            raise TooMany(
                "Live updates are open in too many tabs. Close one, and this one follows again.", 30
            )

    async def _catch_up(self, stream: Stream, channel: Channel, last: int | None) -> None:
        if last is None:
            last = channel.seq
        elif last > channel.seq:
            # The page was made from newer rows than this hub has told of yet, or the number is made up.
            last = min(last, await queries.last_seq(stream.thread))
        missed = await queries.events_after(stream.thread, last, MOST_BEHIND + 1)
        scores = await queries.scored_since_event(stream.thread, last)
        if len(missed) > MOST_BEHIND:
            stream.put(render.resync())
            stream.seq = channel.seq
            return
        if scores:
            stream.put(render.scores(scores))
        stream.seq = last
        for seq, message in await render.events(missed):
            stream.put(message, seq)

    def _all(self) -> list[Stream]:
        return [stream for channel in self.channels.values() for stream in channel.streams]

    # Nudges

    def on_nudge(self, nudge: Nudge) -> None:
        channel = self.channels.get(nudge.thread)
        if channel is None:
            return
        channel.scores_due = channel.scores_due or nudge.scores
        if nudge.seq > channel.seq:
            self._pending.add(nudge.thread)
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
        try:
            await self._advance(channel)
        except Exception:
            # The slow look comes back to it: what could not be read now is not lost.
            log.exception("could not read events", thread=thread)

    async def _advance(self, channel: Channel) -> None:
        """Read the events that this channel has not told yet, once, and queue them for all its readers."""
        async with channel.lock:
            events = await queries.events_after(channel.thread, channel.seq, MOST_BEHIND)
            for seq, message in await render.events(events):
                for stream in channel.streams:
                    stream.put(message, seq)
                channel.seq = seq

    async def _subscribe(self) -> None:
        """Listen to the other processes' nudges, for ever, through every loss of the connection."""
        while True:
            try:
                async with redis.redis().pubsub() as pubsub:
                    await pubsub.subscribe(redis.LIVE_CHANNEL)
                    while True:
                        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=10)
                        if message is not None:
                            self.on_nudge(msgspec.json.decode(message["data"], type=Nudge))
            except (RedisError, OSError, TimeoutError, msgspec.MsgspecError) as error:
                log.info("live subscription lost, trying again", error=repr(error))
                await asyncio.sleep(1)

    # Ticks

    async def _look_at_all(self) -> None:
        """Find what nudges missed: events, and scores too."""
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
            rows, newest = await queries.scored_after(channel.thread, channel.scored_at)
            if rows:
                # A vote may commit a little after its time stamp: look back over that gap again.
                channel.scored_at = newest - timedelta(milliseconds=1)
                message = render.scores(rows)
                for stream in channel.streams:
                    stream.put(message)

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
            if session not in valid:
                for stream in streams:
                    stream.end(render.bye())

    async def _look_after(self) -> None:
        """Heartbeats, cutting off readers that take nothing, and a life's end for the others."""
        now = monotonic()
        for stream in self._all():
            if stream.stuck_for(now) > SEND_SECONDS:
                stream.cut()
            elif now - stream.born > LIFETIME_SECONDS + stream.jitter:
                stream.end(render.bye())
            elif now - stream.spoke > HEARTBEAT_SECONDS:
                stream.put(render.HEARTBEAT)


async def _every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        with contextlib.suppress(asyncio.InvalidStateError):
            try:
                await job()
            except Exception as error:  # noqa: BLE001 a tick that fails is tried again at the next
                log.warning("live tick failed", job=getattr(job, "__name__", ""), error=repr(error))
