"""Replies to one thread wait for each other in turn, whatever else refers to its row meanwhile."""

import asyncio
import contextvars
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import asyncpg
import pytest
from litestar import Litestar

from parley.discussion.commenting.insertion import INSERT_COMMENT
from parley.platform.text import markdown
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


async def insert(one: asyncpg.Connection, thread: int, author: int) -> None:
    fields = (
        None,
        author,
        None,
        False,
        "A reply.",
        "<p>A reply.</p>",
        markdown.VERSION,
        uuid4(),
        "visible",
        None,
        None,
        None,
        None,
        None,
    )
    await one.execute(INSERT_COMMENT, thread, *fields)


@pytest.mark.committed
async def test_replies_do_not_deadlock_while_something_refers_to_their_thread(app: Litestar) -> None:
    """The row of the thread is referred to, then changed, and two replies wait for the change."""
    thread, author = await make.thread(), (await make.member()).id
    async with AsyncExitStack() as stack:
        referring, first, second, third, watching = [await stack.enter_async_context(connection()) for _ in range(5)]
        # What the worker does in a batch, which it has not committed yet.
        await referring.execute("begin")
        await referring.execute("insert into follow (member, thread) values ($1, $2)", author, thread)
        await first.execute("begin")
        await insert(first, thread, author)
        others = []
        for place, one in enumerate((second, third), 1):
            others.append(asyncio.create_task(insert(one, thread, author), context=contextvars.Context()))
            await until_waiting(watching, place)
        await first.execute("commit")

        await asyncio.gather(*others)
        assert await watching.fetchval("select comment_count from thread where id = $1", thread) == 3
        await referring.execute("rollback")
