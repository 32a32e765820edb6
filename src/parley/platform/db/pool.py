"""A connection pool above asyncpg's: a connection that worked well is kept at hand for the next query.

Each way back into asyncpg's pool costs a task and a timer, together more than a short statement costs in all our code
(docs/performance.md). So asyncpg's pool only gets back connections that failed or are old. When all are in use,
requests wait in a priority queue (platform/db/pool.py).
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from enum import IntEnum
from itertools import count
from time import monotonic, perf_counter
from typing import Any, NamedTuple

import asyncpg
import structlog

from parley.platform.db import slow_queries
from parley.platform.errors import Unavailable
from parley.platform.observability import metrics
from parley.platform.observability.metrics import LOAD_SHED
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

# A connection that was idle for longer is not used again: a firewall may have dropped it.
IDLE_SECONDS = 60.0
# After a statement got no answer, requests fail at once for this long instead of each waiting as long.
PAUSE_SECONDS = 1.0
BUSY = N_("The site is busy right now. Please try again in a moment: nothing is saved twice.")
NO_ANSWER = N_("The database does not answer. Please try again in a moment: nothing is saved twice.")


class ConnectionPool:
    """Acquires and releases connections of `pool`, and runs statements on them."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        # A waiter is given a connection, or None: the right to take one from asyncpg's pool.
        self._waiters = WaiterQueue(self._pass_on)
        # How many connections are out of asyncpg's pool or on their way, including the kept ones.
        self._taken = 0
        self._kept: list[tuple[Any, float]] = []
        # Connections that were opened since the last expiry.
        self._fresh: set[Any] = set()
        self._paused_until = 0.0
        # The event loop only keeps weak references to tasks.
        self._expiring: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> int:
        """How many open connections are not in use."""
        return len(self._kept) + int(self.pool.get_idle_size())

    @property
    def in_use(self) -> int:
        return int(self.pool.get_size()) - self.idle

    @property
    def waiting(self) -> int:
        """How many requests wait for a connection."""
        return len(self._waiters)

    def is_fresh(self, connection: Any) -> bool:
        """Whether this connection was opened since the last expiry."""
        return connection in self._fresh

    async def acquire(self, seconds: float) -> Any:
        """Return a connection.

        Raises Unavailable when none becomes free in `seconds` (waiters.PATIENCE), or none can be opened in that time.
        """
        if monotonic() < self._paused_until:
            raise Unavailable(NO_ANSWER)
        try:
            return await self._kept_or_new(seconds)
        except NoConnection as error:
            raise Unavailable(BUSY) from error
        except (TimeoutError, OSError, asyncpg.InterfaceError, asyncpg.CannotConnectNowError) as error:
            metrics.UNAVAILABLE.inc()
            log.warning("database unreachable", error=repr(error))
            raise Unavailable(NO_ANSWER) from error

    async def run(self, connection: Any, method: str, sql: str, args: tuple[Any, ...] = ()) -> Any:
        """Call `method` of an acquired connection with a statement, and measure it.

        Raises Unavailable when the server does not answer. The connection is then closed without a request to cancel
        the statement, since that would wait as well.
        """
        start = perf_counter()
        try:
            return await getattr(connection, method)(sql, *args)
        except TimeoutError as error:
            # The other connections are probably dead too. One that was opened before the last expiry proves nothing
            # about those opened since.
            if self.is_fresh(connection):
                self.expire_soon()
                self._paused_until = monotonic() + PAUSE_SECONDS
            terminate(connection)
            metrics.UNAVAILABLE.inc()
            raise Unavailable(NO_ANSWER) from error
        except asyncpg.DeadlockDetectedError as error:
            metrics.DEADLOCKS.inc()
            log.warning("deadlock", statement=sql, detail=error.detail)
            raise
        finally:
            slow_queries.record(sql, perf_counter() - start)

    async def release(self, connection: Any, *, reusable: bool) -> None:
        """Take a connection back. A failure here is only logged: what was committed stays committed."""
        try:
            await (self.keep if reusable else self.give_back)(connection)
        except Exception as error:  # noqa: BLE001 asyncpg's pool drops a broken connection
            log.info("connection not given back", error=repr(error))

    async def _kept_or_new(self, seconds: float) -> Any:
        while self._kept:
            connection, since = self._kept.pop()
            if monotonic() - since > IDLE_SECONDS:
                terminate(connection)
            if not is_gone(connection):
                return connection
            await self.give_back(connection)
        if self._taken < self.pool.get_max_size():
            self._taken += 1
            return await self._from_pool(seconds)
        # Opening a connection may take `seconds` again after the wait.
        return await self._waiters.wait(seconds) or await self._from_pool(seconds)

    async def _from_pool(self, seconds: float) -> Any:
        try:
            connection = await self.pool.acquire(timeout=seconds)
        except BaseException:
            self._free()
            raise
        self._fresh.add(connection)
        return connection

    async def keep(self, connection: Any) -> None:
        """Take back a connection that works and has no transaction open, for the next query."""
        if not self.is_fresh(connection) or is_gone(connection):
            await self.give_back(connection)
        elif not self._waiters.resume_next(connection):
            self._kept.append((connection, monotonic()))

    async def give_back(self, connection: Any) -> None:
        """Return a connection to asyncpg's pool, which waits until it is quiet or replaces it."""
        self._fresh.discard(connection)
        try:
            # asyncpg shields this from cancellation itself. A second shield would cost a task a query.
            await self.pool.release(connection)
        finally:
            self._free()

    def _free(self) -> None:
        """Let the next waiter take a connection from asyncpg's pool."""
        if not self._waiters.resume_next(None):
            self._taken -= 1

    async def _pass_on(self, connection: Any) -> None:
        """Give what a cancelled waiter was given to the next one."""
        if connection is None:
            self._free()
        else:
            await self.keep(connection)

    def expire_soon(self) -> None:
        """Start `expire` as a task."""
        task = asyncio.get_running_loop().create_task(self.expire())
        self._expiring.add(task)
        task.add_done_callback(self._expiring.discard)

    async def expire(self) -> None:
        """Replace every connection before its next use."""
        self._fresh.clear()
        kept, self._kept = self._kept, []
        await self.pool.expire_connections()
        for connection, _ in kept:
            # Closing in order would wait for a server that may be gone.
            terminate(connection)
            await self.give_back(connection)

    async def close(self) -> None:
        """Close all connections once they are returned."""
        await self.expire()
        await self.pool.close()


def terminate(connection: Any) -> None:
    """Close a connection at once, unless its pool has thrown it away already."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


def is_gone(connection: Any) -> bool:
    """Whether a connection is closed. The pool's proxy raises after its connection was thrown away."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


class Urgency(IntEnum):
    """Lower values go first. Live updates, the worker and requests without a known viewer have the urgency of forms."""

    STAFF, FORMS, MEMBERS, VISITORS = range(4)


# How many times longer than readers the most urgent wait. They would lose what they wrote, or could not moderate; a
# reader can load the page again. On a busy machine one turn of the event loop may take longer than readers wait.
PATIENCE = {Urgency.STAFF: 10, Urgency.FORMS: 10}

# The urgency and the number of the running request.
_urgency: ContextVar[tuple[Urgency, int]] = ContextVar("urgency", default=(Urgency.FORMS, 0))
_numbers = count(1)


def set_urgency(urgency: Urgency) -> None:
    """Set the urgency of everything that this request does from now on."""
    _urgency.set((urgency, next(_numbers)))


class NoConnection(Exception):
    """No connection became free in time."""


class _Waiter(NamedTuple):
    urgency: tuple[Urgency, int]
    number: int
    future: asyncio.Future[Any]


class WaiterQueue:
    """`pass_on` gets the resource of a waiter that was cancelled after the resource was given to it."""

    def __init__(self, pass_on: Callable[[Any], Awaitable[None]]) -> None:
        self._pass_on = pass_on
        self._heap: list[_Waiter] = []

    def __len__(self) -> int:
        return len(self._heap)

    async def wait(self, seconds: float) -> Any:
        """Wait for a resource and return it, as given to `resume_next`.

        Raises NoConnection after `seconds`, or `PATIENCE` times as long for the most urgent.
        """
        waiter = _Waiter(_urgency.get(), next(_numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._heap, waiter)
        try:
            await asyncio.wait([waiter.future], timeout=seconds * PATIENCE.get(waiter.urgency[0], 1))
        except asyncio.CancelledError:
            if waiter.future.done():
                await self._pass_on(waiter.future.result())
            else:
                self._remove(waiter)
            raise
        if not waiter.future.done():
            self._remove(waiter)
            LOAD_SHED.labels(waiter.urgency[0].name.lower()).inc()
            raise NoConnection
        return waiter.future.result()

    def resume_next(self, resource: Any) -> bool:
        """Give `resource` to the first waiter. Return False when nobody waits."""
        if not self._heap:
            return False
        heapq.heappop(self._heap).future.set_result(resource)
        return True

    def _remove(self, waiter: _Waiter) -> None:
        self._heap.remove(waiter)
        heapq.heapify(self._heap)
