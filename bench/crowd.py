"""20,000 streams on two processes, and all of one process's cut at once while others read."""

import asyncio
from itertools import cycle
from random import Random
from statistics import quantiles
from time import perf_counter

from bench.ground import ROUNDS, Ground, Web, web
from bench.listeners import Listener, allow_files, open_streams, say
from bench.load import Load, drive, request
from bench.report import Figure
from parley.live.render import LATEST_MS, SOONEST_MS

STREAMS = 10_000
# As browsers do, which are told so by their stream's first word.
SOONEST, LATEST = SOONEST_MS / 1_000, LATEST_MS / 1_000
READERS = 4
READING_SECONDS = LATEST + 1.0


async def measure(ground: Ground) -> list[Figure]:
    allow_files()
    thread = ground.community.read
    path = f"/t/{thread}/live?last=1"
    async with web() as first, web() as second:
        listeners = [*await open_streams(first, path, STREAMS), *await open_streams(second, path, STREAMS)]
        told = [await say(first, listeners, thread, ground.community.cookies[one], one) for one in range(ROUNDS)]
        for listener in listeners[STREAMS:]:
            listener.transport.close()
        storms = [await _storm(first, listeners[:STREAMS], path, f"/t/{thread}/thread")]
    have, slow = [float(len(one.waits)) for one in told], [quantiles(one.waits, n=100)[98] for one in told]
    return [
        Figure("crowd", "one comment to 20,000 streams on two processes: delivered", "", have, bar=20_000, least=True),
        Figure("crowd", "one comment to 20,000 streams on two processes: p99", "ms", slow, bar=1_000.0),
        Figure("crowd", "10,000 streams cut at once: all back", "s", [one for one, _ in storms], bar=10.0),
        Figure(
            "crowd", "pages meanwhile: p99", "ms", [quantiles(one.waits, n=100)[98] for _, one in storms], bar=500.0
        ),
    ]


async def _storm(running: Web, listeners: list[Listener], path: str, page: str) -> tuple[float, Load]:
    """Cut all streams. Returns the seconds until all are back, and how long pages waited meanwhile."""
    reading = asyncio.create_task(
        drive(running.port, cycle([request("GET", page)]), seconds=READING_SECONDS, connections=READERS, pause=0.02)
    )
    began = perf_counter()
    for listener in listeners:
        listener.transport.close()
    random = Random(3)
    await asyncio.gather(*(_back(running, path, random.uniform(SOONEST, LATEST)) for _ in listeners))
    return perf_counter() - began, await reading


async def _back(running: Web, path: str, after: float) -> None:
    await asyncio.sleep(after)
    one = Listener(path)
    await asyncio.get_running_loop().create_connection(lambda: one, "127.0.0.1", running.port)
    await one.opened
