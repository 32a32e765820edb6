"""A streaming replica for visitors' reads, used only while its measured lag is small.

Whatever was committed when a position of the primary's log was read, the replica has too once it has replayed that
position. So the lag is measured, not assumed (docs/decisions/0012).
"""

import asyncio
from collections import deque
from contextvars import ContextVar
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import structlog

from parley.platform import db, tasks
from parley.platform.db.pool import terminate
from parley.platform.observability.metrics import REPLICA_READS

log = structlog.get_logger(__name__)

# The largest lag. A page is cached for 0.7 s as well (cache.py), so removed text is shown for at most a second.
MAX_LAG_SECONDS = 0.25
CHECK_SECONDS = 0.05
# After a failure the replica is not used for this long.
PAUSE_SECONDS = 1.0
# How many positions are remembered. A replica that is further behind lags too much anyway.
MAX_POSITIONS = 200

SELECT_POSITION = "select (pg_current_wal_insert_lsn() - '0/0')::bigint"
SELECT_REPLAYED = "select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint else 0 end"


class ReplicaRead(msgspec.Struct):
    """A request that may read from the replica until the primary has answered one of its statements.

    After that the replica could return something older than what the request has read already.
    """

    allowed: bool = True


_request: ContextVar[ReplicaRead | None] = ContextVar("request", default=None)


def allow() -> None:
    """Let this request read from the replica from now on, if there is one."""
    if db.DB.reader is not None:
        _request.set(ReplicaRead())


class Replica:
    """The connection pool of a replica, and the time up to which the replica is known to be complete."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        # One connection is left for measuring the lag.
        self._places = asyncio.Semaphore(pool.get_max_size() - 1)
        self._positions: deque[tuple[float, int]] = deque(maxlen=MAX_POSITIONS)
        self._complete_to = 0.0
        self._paused_until = 0.0
        self._watcher = asyncio.create_task(self._watch())

    async def read(self, sql: str, args: tuple[Any, ...]) -> list[Any] | None:
        """Return the records of `sql`, or None when the primary must be queried."""
        request = _request.get()
        if request is None or not request.allowed:
            return None
        records = await self._fetch(sql, args) if self._is_current() else None
        if records is None:
            request.allowed = False
        REPLICA_READS.labels("primary" if records is None else "replica").inc()
        return records

    def _is_current(self) -> bool:
        return monotonic() - self._complete_to < MAX_LAG_SECONDS

    async def _fetch(self, sql: str, args: tuple[Any, ...]) -> list[Any] | None:
        """Query the replica. Return None when that fails, or it lags too much by the time a connection is free."""
        async with self._places:
            # Those before may have found that it hangs. Opening a connection would then wait once more.
            if not self._is_current():
                return None
            try:
                return await self._query(sql, args)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                self._pause(error)
                return None

    async def _query(self, sql: str, args: tuple[Any, ...]) -> list[Any] | None:
        async with self._pool.acquire() as connection:
            try:
                return await connection.fetch(sql, *args) if self._is_current() else None
            except TimeoutError:
                # Otherwise the pool would wait as long again for the answer to its request to cancel the statement.
                terminate(connection)
                raise

    async def close(self) -> None:
        db.DB.reader = None
        await tasks.end([self._watcher])
        self._pool.terminate()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(max(CHECK_SECONDS, self._paused_until - monotonic()))
            try:
                await self._check()
            except Exception as error:  # noqa: BLE001 after any error the primary is queried instead
                self._pause(error)

    async def _check(self) -> None:
        """Remember the primary's position now, and find which of those before the replica has replayed."""
        now = monotonic()
        self._positions.append((now, await db.value(SELECT_POSITION)))
        replayed = await self._pool.fetchval(SELECT_REPLAYED, timeout=MAX_LAG_SECONDS)
        while self._positions and self._positions[0][1] <= replayed:
            self._complete_to, _ = self._positions.popleft()

    def _pause(self, error: BaseException) -> None:
        log.warning("replica paused", error=repr(error))
        self._complete_to = 0.0
        self._paused_until = monotonic() + PAUSE_SECONDS


async def open_replica(url: str, *, size: int) -> Replica:
    """Read visitors' pages from the replica at `url` whenever its lag is small. It may be down now."""
    pool = await asyncpg.create_pool(
        dsn=url,
        min_size=0,
        max_size=size,
        server_settings=db.SERVER_SETTINGS,
        timeout=MAX_LAG_SECONDS * 4,
        command_timeout=1.0,
        max_cached_statement_lifetime=0,
        reset=db.skip_reset,
    )
    replica = Replica(pool)
    db.DB.reader = replica.read
    return replica
