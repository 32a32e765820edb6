"""A streaming replica for what visitors read, asked only while it is known to lack nothing but the last moment.

A position in the primary's log, read at some moment, stands for all that was committed before. Once the replica has
replayed it, what the replica says is as new as that moment. So its lag is measured, not believed.
"""

import asyncio
from collections import deque
from contextvars import ContextVar
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import structlog

from parley.core import db
from parley.core.events import tasks
from parley.core.observability.metrics import REPLICA_READS

log = structlog.get_logger(__name__)

# What a replica may be behind. With the 0.7 s that a page is kept (core/cache.py), nothing removed is shown for more
# than a second.
BEHIND_SECONDS = 0.25
LOOK_SECONDS = 0.05
# It is left alone for so long after it failed.
REST_SECONDS = 1.0
# Moments that are waited for; one that is further behind is too far behind anyway.
MOST_POSITIONS = 200

POSITION = "select (pg_current_wal_insert_lsn() - '0/0')::bigint"
REPLAYED = "select case when pg_is_in_recovery() then (pg_last_wal_replay_lsn() - '0/0')::bigint else 0 end"


class ReplicaRead(msgspec.Struct):
    """One request that may read from the replica, until a statement of it was answered by the primary.

    Going back to the replica then could show something older than what was read before.
    """

    allowed: bool = True


_reading: ContextVar[ReplicaRead | None] = ContextVar("reading", default=None)


def allow() -> None:
    """Let what this request reads from now on come from the replica, where there is one."""
    if db.reader is not None:
        _reading.set(ReplicaRead())


class Replica:
    """The pool of one replica, and the moment that it has come to."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._positions: deque[tuple[float, int]] = deque(maxlen=MOST_POSITIONS)
        self._fresh_at = 0.0
        self._rests_until = 0.0
        self._watching = asyncio.create_task(self._watch())

    async def read(self, sql: str, args: tuple[Any, ...]) -> list[Any] | None:
        """The rows that `sql` finds, or None where the primary must be asked."""
        reading = _reading.get()
        if reading is None or not reading.allowed:
            return None
        rows = await self._rows(sql, args) if self._is_near() else None
        if rows is None:
            # What is read after this must not be older.
            reading.allowed = False
        REPLICA_READS.labels("primary" if rows is None else "replica").inc()
        return rows

    def _is_near(self) -> bool:
        return monotonic() - self._fresh_at < BEHIND_SECONDS

    async def _rows(self, sql: str, args: tuple[Any, ...]) -> list[Any] | None:
        """What the replica finds; None where it fails, or is not near any more once a connection is free."""
        try:
            async with self._pool.acquire() as connection:
                return await connection.fetch(sql, *args) if self._is_near() else None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
            self._give_up(error)
            return None

    async def close(self) -> None:
        db.reader = None
        await tasks.end([self._watching])
        self._pool.terminate()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(max(LOOK_SECONDS, self._rests_until - monotonic()))
            try:
                await self._look()
            except Exception as error:  # noqa: BLE001 whatever it is, the primary is asked instead
                self._give_up(error)

    async def _look(self) -> None:
        """Note where the primary is now, and which of the moments before the replica has reached."""
        now = monotonic()
        self._positions.append((now, await db.value(POSITION)))
        replayed = await self._pool.fetchval(REPLAYED, timeout=BEHIND_SECONDS)
        while self._positions and self._positions[0][1] <= replayed:
            self._fresh_at, _ = self._positions.popleft()

    def _give_up(self, error: BaseException) -> None:
        log.warning("replica left alone", error=repr(error))
        self._fresh_at = 0.0
        self._rests_until = monotonic() + REST_SECONDS


async def open_replica(url: str, *, size: int) -> Replica:
    """Read what visitors are shown from the replica at `url`, once it is found to be near enough. It may be away."""
    pool = await asyncpg.create_pool(
        dsn=url,
        min_size=0,
        max_size=size,
        server_settings=db.SERVER_SETTINGS,
        timeout=BEHIND_SECONDS * 4,
        command_timeout=1.0,
        reset=db.nothing_to_reset,
    )
    replica = Replica(pool)
    db.reader = replica.read
    return replica
