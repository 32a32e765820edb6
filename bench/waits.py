"""How long a page keeps its reader waiting."""

import asyncio
from time import perf_counter

from bench.ground import Web
from parley.core.cache import PAGE_SECONDS

GZIP = {"Accept-Encoding": "gzip"}


async def wait(running: Web, path: str) -> float:
    """Milliseconds until the page is there."""
    started = perf_counter()
    await running.raw(path, GZIP)
    return (perf_counter() - started) * 1000


async def made_anew(running: Web, path: str) -> float:
    """As `wait`, once the kept page is too old: the quickest of three, since others use this machine too."""
    waits = []
    for _ in range(3):
        await asyncio.sleep(PAGE_SECONDS + 0.05)
        waits.append(await wait(running, path))
    return min(waits)
