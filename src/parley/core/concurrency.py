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

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Wait until fewer than `most` hold the semaphore of `key`, and hold it meanwhile."""
        semaphore = self._semaphores.setdefault(key, asyncio.Semaphore(self._most))
        self._users[key] += 1
        try:
            async with semaphore:
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._semaphores[key]
