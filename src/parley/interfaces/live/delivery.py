"""Delivery of events: new events of watched threads are read once, rendered once and queued for all readers."""

import asyncio

import structlog

from parley.interfaces.live import queries, render
from parley.interfaces.live.channel import Channel, blocked_by_readers
from parley.platform.errors import Unavailable
from parley.platform.http.failures import OUTAGES
from parley.platform.observability import metrics

log = structlog.get_logger(__name__)


class Delivery:
    """Sends new events of the watched threads in `channels`, which it shares with the hub."""

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
                rendered = await render.events(events)
                # Read who blocked whom after the events: a comment must not reach a reader who blocked its author
                # before it was written.
                channel.send(rendered, await blocked_by_readers(channel, rendered))
                for event in events:
                    metrics.DELAY_SECONDS.observe(event.age)

    async def poll(self) -> None:
        """Deliver events whose signals were lost, and have scores read again."""
        for row in await queries.last_seqs(list(self._channels)) if self._channels else []:
            channel = self._channels.get(row.thread)
            if channel is not None:
                channel.scores_due = True
                if row.last_seq > channel.seq:
                    await self.deliver(row.thread)

    async def behind(self) -> int:
        """Return how many events the channels have not sent yet."""
        rows = await queries.last_seqs(list(self._channels)) if self._channels else []
        behind = [row.last_seq - channel.seq for row in rows if (channel := self._channels.get(row.thread))]
        return sum(max(events, 0) for events in behind)
