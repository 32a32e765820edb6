"""How long a page keeps its reader waiting."""

import asyncio
from time import perf_counter

import asyncpg

from bench.harness import Web
from parley.platform.cache import PAGE_SECONDS

GZIP = {"Accept-Encoding": "gzip"}


async def wait(running: Web, path: str) -> float:
    """Milliseconds until the page is there."""
    started = perf_counter()
    await running.raw(path, GZIP)
    return (perf_counter() - started) * 1000


async def made_anew(running: Web, database_url: str, thread: int) -> float:
    """As `wait` for the page of a thread, once something there has changed.

    The quickest of three, since others use this machine too.
    """
    waits = []
    connection = await asyncpg.connect(database_url)
    try:
        for _ in range(3):
            await connection.execute("update thread set title = title where id = $1", thread)
            await asyncio.sleep(PAGE_SECONDS + 0.05)
            waits.append(await wait(running, f"/t/{thread}/thread"))
    finally:
        await connection.close()
    return min(waits)
