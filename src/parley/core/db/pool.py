"""Lending the pool's connections: one that did its work well stays at hand for whoever asks next.

Each way back into asyncpg's pool costs a task and a timer, together more than the way of a short statement through all
of our code (docs/performance.md). So the pool gets back only what failed and what is old. Where all are lent, whoever
asks waits in a line (core/db/waiters.py).
"""

import asyncio
from time import monotonic, perf_counter
from typing import Any

import asyncpg
import structlog

from parley.core.db.waiters import NoConnection, WaiterQueue
from parley.core.errors import Unavailable
from parley.core.observability import metrics, slow_queries

log = structlog.get_logger(__name__)

# One that was not used for so long is not trusted: a firewall may have forgotten it.
IDLE_SECONDS = 60.0
# A server that left us waiting is not asked for so long, or every request of those seconds would wait as well.
REST_SECONDS = 1.0
CROWDED = "Parley is busy right now. Please try again in a moment: nothing is saved twice."
AWAY = "The database does not answer. Please try again in a moment: nothing is saved twice."


class ConnectionPool:
    """Lends the connections of `pool`, and asks them: what one of them shows of the server holds for all."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        # A turn is a connection, or None: the right to take one from the pool.
        self._line = WaiterQueue(self._pass_on)
        # How many are out of the pool or on their way, the kept ones among them.
        self._taken = 0
        self._kept: list[tuple[Any, float]] = []
        # Those that were opened since the last expiry.
        self._fresh: set[Any] = set()
        self._rests_until = 0.0
        # The loop holds tasks weakly: an unheld one may be gone before it is done.
        self._expiring: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> int:
        """How many connections are open and nobody's."""
        return len(self._kept) + int(self.pool.get_idle_size())

    @property
    def in_use(self) -> int:
        return int(self.pool.get_size()) - self.idle

    @property
    def waiting(self) -> int:
        """How many ask for a connection while all are lent."""
        return len(self._line)

    def is_fresh(self, connection: Any) -> bool:
        """Whether this connection was opened since the last expiry."""
        return connection in self._fresh

    async def acquire(self, seconds: float) -> Any:
        """A connection to work with.

        Raises Unavailable when no turn comes in `seconds` (line.LONGER), or none can be made in them.
        """
        if monotonic() < self._rests_until:
            raise Unavailable(AWAY)
        try:
            return await self._kept_or_new(seconds)
        except NoConnection as error:
            raise Unavailable(CROWDED) from error
        except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError) as error:
            metrics.UNAVAILABLE.inc()
            log.warning("database unreachable", error=repr(error))
            raise Unavailable(AWAY) from error

    async def answer(self, connection: Any, method: str, sql: str, args: tuple[Any, ...] = ()) -> Any:
        """What a lent connection's `method` answers to `sql`.

        Raises Unavailable for one that leaves us waiting, and throws it away: asking it to cancel would wait too.
        """
        begun = perf_counter()
        try:
            return await getattr(connection, method)(sql, *args)
        except TimeoutError as error:
            # The line of the others may be as dead, and each would be found out by somebody who waits as long. What was
            # asked before they were replaced may still hang, and says nothing of the new ones.
            if self.is_fresh(connection):
                self.expire_soon()
                self._rests_until = monotonic() + REST_SECONDS
            connection.terminate()
            metrics.UNAVAILABLE.inc()
            raise Unavailable(AWAY) from error
        finally:
            slow_queries.took(sql, perf_counter() - begun)

    async def release(self, connection: Any, *, is_well: bool) -> None:
        """Take back a connection, to be kept at hand if it `is_well`.

        Nothing that fails now may make what was done look undone.
        """
        try:
            await (self.keep if is_well else self.give_back)(connection)
        except Exception as error:  # noqa: BLE001 a broken one is thrown away by the pool; what was committed stands
            log.info("connection not given back", error=repr(error))

    async def _kept_or_new(self, seconds: float) -> Any:
        while self._kept:
            connection, since = self._kept.pop()
            if monotonic() - since > IDLE_SECONDS:
                connection.terminate()
            if not is_gone(connection):
                return connection
            await self.give_back(connection)
        if self._taken < self.pool.get_max_size():
            self._taken += 1
            return await self._from_pool(seconds)
        # Its turn has come: to connect may take as long as for anybody.
        return await self._line.turn(seconds) or await self._from_pool(seconds)

    async def _from_pool(self, seconds: float) -> Any:
        try:
            connection = await self.pool.acquire(timeout=seconds)
        except BaseException:
            self._free()
            raise
        self._fresh.add(connection)
        return connection

    async def keep(self, connection: Any) -> None:
        """Take back a connection whose work is done, with no transaction open."""
        if not self.is_fresh(connection) or is_gone(connection):
            await self.give_back(connection)
        elif not self._line.let_next(connection):
            self._kept.append((connection, monotonic()))

    async def give_back(self, connection: Any) -> None:
        """Take back a connection whose work failed or was cut off: the pool waits until it is quiet, or replaces it."""
        self._fresh.discard(connection)
        try:
            # asyncpg shields this from cancellation itself; a second shield would cost a task a query.
            await self.pool.release(connection)
        finally:
            self._free()

    def _free(self) -> None:
        """One that was taken is back in the pool: whoever is next may take it."""
        if not self._line.let_next(None):
            self._taken -= 1

    async def _pass_on(self, turn: Any) -> None:
        if turn is None:
            self._free()
        else:
            await self.keep(turn)

    def expire_soon(self) -> None:
        """As `expire`, for whoever cannot wait for it."""
        task = asyncio.get_running_loop().create_task(self.expire())
        self._expiring.add(task)
        task.add_done_callback(self._expiring.discard)

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
