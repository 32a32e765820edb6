"""Bounds on how much happens at once for each key, such as for each network that asks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
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
        semaphore = self._semaphores.setdefault(key, asyncio.Semaphore(self._most))
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
