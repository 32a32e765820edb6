"""Replies to one thread wait for each other in turn, whatever else refers to its row meanwhile."""

import asyncio
import contextvars
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest
from litestar import Litestar

from parley.discussion.commenting import drafts, insertion
from parley.people.accounts.viewer import Viewer
from tests import make

pytestmark = pytest.mark.anyio

WAITING = """
select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    one = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        yield one
    finally:
        await one.close()


async def until_waiting(one: asyncpg.Connection, how_many: int) -> None:
    async with asyncio.timeout(60):
        while await one.fetchval(WAITING) < how_many:
            await asyncio.sleep(0.01)


async def reply(thread: int, author: Viewer) -> None:
    draft = drafts.Draft(thread=thread, author=author, body="A reply.", html="<p>A reply.</p>")
    await insertion.insert(draft, [])


@pytest.mark.committed
async def test_replies_do_not_deadlock_while_something_refers_to_their_thread(app: Litestar) -> None:
    """The row of the thread is referred to, then changed, and two replies wait for the change."""
    thread, author = await make.thread(), await make.member()
    async with AsyncExitStack() as stack:
        referring, first, watching = [await stack.enter_async_context(connection()) for _ in range(3)]
        # What the worker does in a batch, which it has not committed yet.
        await referring.execute("begin")
        await referring.execute("insert into follow (member, thread) values ($1, $2)", author.id, thread)
        await first.execute("begin")
        await first.execute("update thread set last_activity_at = now() where id = $1", thread)
        others = []
        for place in (1, 2):
            others.append(asyncio.create_task(reply(thread, author), context=contextvars.Context()))
            await until_waiting(watching, place)
        await first.execute("commit")

        await asyncio.gather(*others)
        assert await watching.fetchval("select comment_count from thread where id = $1", thread) == 2
        await referring.execute("rollback")
