"""The first view of 100,000 comments must cost what one of 1,000 does."""

import asyncio
from time import perf_counter

from bench.ground import ROUNDS, Ground, Web, web
from bench.report import Figure
from parley.comments.view import SECONDS

GZIP = {"Accept-Encoding": "gzip"}


async def measure(ground: Ground) -> list[Figure]:
    large, small = (f"/t/{thread}/thread" for thread in (ground.community.large, ground.community.read))
    cold = Figure("large", "first view of 100,000, cold process", "ms", [], bar=80.0)
    warm = Figure("large", "the same, made anew in a warm process", "ms", [])
    beside = Figure("large", "1,000 comments, made anew in a warm process", "ms", [])
    times = Figure("large", "100,000 beside 1,000, warm", "times", [], bar=2.0)
    for _ in range(ROUNDS):
        async with web() as running:
            cold.runs.append(await _wait(running, large))
            await _wait(running, small)
            warm.runs.append(await _made_anew(running, large))
            beside.runs.append(await _made_anew(running, small))
            times.runs.append(warm.runs[-1] / beside.runs[-1])
            size = len(await running.raw(large, GZIP)) / 1000
    return [cold, warm, beside, times, Figure("large", "its HTML, gzip", "kB", [size], bar=60.0)]


async def _wait(running: Web, path: str) -> float:
    """Milliseconds until the page is there."""
    started = perf_counter()
    await running.raw(path, GZIP)
    return (perf_counter() - started) * 1000


async def _made_anew(running: Web, path: str) -> float:
    """As `_wait`, once the kept page is too old: the quickest of three, since others use this machine too."""
    waits = []
    for _ in range(3):
        await asyncio.sleep(SECONDS + 0.05)
        waits.append(await _wait(running, path))
    return min(waits)
