"""Lending the pool's connections: one that did its work well stays at hand for whoever asks next.

Each way back into asyncpg's pool costs a task and a timer, together more than the way of a short statement through all
of our code (docs/performance.md). So the pool gets back only what failed, what is old, and what somebody waits for.
"""

from time import monotonic
from typing import Any

import asyncpg

# One that was not used for so long is not trusted: a firewall may have forgotten it.
IDLE_SECONDS = 60.0


class Lender:
    """Lends the connections of `pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self._kept: list[tuple[Any, float]] = []
        # Those that were opened since the last expiry.
        self._fresh: set[Any] = set()
        # How many ask for a connection that is not there.
        self.waiting = 0

    @property
    def idle(self) -> int:
        """How many connections are open and nobody's."""
        return len(self._kept) + int(self.pool.get_idle_size())

    @property
    def lent(self) -> int:
        return int(self.pool.get_size()) - self.idle

    def is_fresh(self, connection: Any) -> bool:
        """Whether this connection was opened since the last expiry."""
        return connection in self._fresh

    async def borrow(self, seconds: float) -> Any:
        """A connection to work with. Raises TimeoutError when none is free in `seconds`, or what connecting raises."""
        while self._kept:
            connection, since = self._kept.pop()
            if monotonic() - since > IDLE_SECONDS:
                connection.terminate()
            if not is_gone(connection):
                return connection
            await self.give_back(connection)
        return await self._from_pool(seconds)

    async def _from_pool(self, seconds: float) -> Any:
        self.waiting += 1
        try:
            connection = await self.pool.acquire(timeout=seconds)
        finally:
            self.waiting -= 1
        self._fresh.add(connection)
        return connection

    async def keep(self, connection: Any) -> None:
        """Take back a connection whose work is done, with no transaction open."""
        if self.waiting or not self.is_fresh(connection) or is_gone(connection):
            await self.give_back(connection)
        else:
            self._kept.append((connection, monotonic()))

    async def give_back(self, connection: Any) -> None:
        """Take back a connection whose work failed or was cut off: the pool waits until it is quiet, or replaces it."""
        self._fresh.discard(connection)
        # asyncpg shields this from cancellation itself; a second shield would cost a task a query.
        await self.pool.release(connection)

    async def expire(self) -> None:
        """Have every connection replaced before its next use."""
        self._fresh.clear()
        kept, self._kept = self._kept, []
        await self.pool.expire_connections()
        for connection, _ in kept:
            # Without a goodbye, which a server that is away would not answer.
            connection.terminate()
            await self.give_back(connection)

    async def close(self) -> None:
        """Close all connections once they are back."""
        await self.expire()
        await self.pool.close()


def is_gone(connection: Any) -> bool:
    """Whether a connection was closed, or thrown away, after which the pool's proxy answers nothing any more."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True
