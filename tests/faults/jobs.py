"""Jobs of the worker, each run once and alone: for tests that kill it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from parley.discussion.comments import anchor_moves
from parley.interfaces.webhooks import jobs as webhooks
from parley.letters.notifications import jobs as notifications
from parley.platform.db import DB, close_pool, open_pool
from parley.platform.events.redis import close_redis, open_redis
from parley.site import hooks


async def make_notifications() -> None:
    async with _connected():
        await notifications.handle_events()


async def call_webhooks() -> None:
    async with _connected():
        await webhooks.queue_all()
        await webhooks.send_due()


async def move_anchors() -> None:
    async with _connected():
        await anchor_moves.move_waiting()


async def connect(size: int) -> None:
    """Open a pool, with a worker's time limit, for as long as a busy machine needs to make the first connection."""
    while DB.connections is None:
        with suppress(TimeoutError):
            await open_pool(os.environ["DATABASE_URL"], size=size, statement_timeout="60000")


@asynccontextmanager
async def _connected() -> AsyncIterator[None]:
    """As the worker has them."""
    hooks.connect()
    await connect(size=2)
    open_redis(os.environ["REDIS_URL"])
    yield
    await close_redis()
    await close_pool()
