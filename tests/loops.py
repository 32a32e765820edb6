"""A loop apart from the tests' own, for state machines: their steps are no coroutines."""

import asyncio
import os
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from parley.platform import db
from parley.platform.db import DB
from parley.platform.events import notify, redis
from parley.site import hooks

Result = TypeVar("Result")

SECONDS = 120


class Loop:
    """A loop with a pool and a Redis client, which are in place only while it runs.

    What the tests' loop still has to do, such as telling of an earlier test, must not open a connection in ours.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._connections: Any = None
        self._client: Any = None

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        self._swap()
        try:
            return self._loop.run_until_complete(asyncio.wait_for(work, SECONDS))
        finally:
            self._swap()

    def close(self) -> None:
        self.run(flush())
        self.run(redis.close_redis())
        self.run(db.close_pool())
        self._loop.close()

    def _swap(self) -> None:
        DB.connections, self._connections = self._connections, DB.connections
        redis._client, self._client = self._client, redis._client


async def flush() -> None:
    """Wait for what this loop has still to publish; another test's loop may have something pending too."""
    publishing = notify._publishing
    if publishing is not None and publishing.get_loop() is asyncio.get_running_loop():
        await publishing


async def _open(database: str) -> None:
    await db.open_pool(database, size=2)
    redis.open_redis(os.environ["REDIS_URL"])


@contextmanager
def own_loop(database: str) -> Iterator[Loop]:
    """A loop whose pool leads to `database`; all of it is closed at the end."""
    hooks.connect()
    loop = Loop()
    loop.run(_open(database))
    yield loop
    loop.close()
