"""Bounds on how much happens at once: for each key, such as for each network that asks, and in all."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


class KeyedSemaphore:
    """A semaphore for each key, which is forgotten when nobody holds it or waits for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._semaphores: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    def users(self, key: str) -> int:
        """Return how many hold the semaphore of `key` or wait for it."""
        return self._users[key]

    async def acquire(self, key: str) -> None:
        """Wait until fewer than `most` hold the semaphore of `key`, and take it."""
        semaphore = self._semaphores.get(key)
        if semaphore is None:
            semaphore = self._semaphores[key] = asyncio.Semaphore(self._most)
        self._users[key] += 1
        try:
            await semaphore.acquire()
        except BaseException:
            self._leave(key)
            raise

    def release(self, key: str) -> None:
        self._semaphores[key].release()
        self._leave(key)

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold the semaphore of `key` meanwhile."""
        await self.acquire(key)
        try:
            yield
        finally:
            self.release(key)

    def _leave(self, key: str) -> None:
        self._users[key] -= 1
        if not self._users[key]:
            del self._users[key], self._semaphores[key]


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
