"""A bound on how much happens at once, with a queue for each kind of those who wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


class SharedSlots:
    """`most` slots. While all are taken, callers wait in one of several queues.

    Of the slots that become free, each queue in which somebody waits gets its share, so that a long queue does not
    delay the others. (Stride scheduling: Waldspurger and Weihl, 1995.)
    """

    def __init__(self, most: int, shares: Sequence[int]) -> None:
        self._free = most
        self._queues = [_Queue(1 / share) for share in shares]
        # The turn of the queue that was served last.
        self._now = 0.0

    @asynccontextmanager
    async def hold(self, queue: int) -> AsyncIterator[None]:
        """Wait in the queue of this number for a slot, and hold it meanwhile."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(self._queues[queue])
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, queue: "_Queue") -> None:
        slot: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.add(slot, self._now)
        try:
            await slot
        except asyncio.CancelledError:
            if not slot.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give a slot to the first who still waits in the queue whose turn is next."""
        while waiting := [queue for queue in self._queues if queue.slots]:
            queue = min(waiting, key=lambda queue: queue.turn)
            self._now = queue.turn
            if not (slot := queue.serve()).cancelled():
                slot.set_result(None)
                return
        self._free += 1


class _Queue:
    def __init__(self, stride: float) -> None:
        self.slots: deque[asyncio.Future[None]] = deque()
        # The virtual time at which it is served next, and how much later each time.
        self.turn = 0.0
        self._stride = stride

    def add(self, slot: asyncio.Future[None], now: float) -> None:
        if not self.slots:
            # It has no claim to what the others used while nobody waited here.
            self.turn = max(self.turn, now)
        self.slots.append(slot)

    def serve(self) -> asyncio.Future[None]:
        self.turn += self._stride
        return self.slots.popleft()
