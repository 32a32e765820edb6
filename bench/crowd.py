"""20,000 streams on two processes, and all of one process's cut at once while others read."""

import asyncio
from itertools import cycle
from random import Random
from time import perf_counter

from bench.harness import ROUNDS, Harness, Web, web
from bench.listeners import Audience, Far, Listener, allow_files, connect, p99, say
from bench.load import Load, drive, request
from bench.report import Figure
from parley.interfaces.live.render import MAX_RETRY_MS, MIN_RETRY_MS

STREAMS = 10_000
READERS = 4
PAUSE_SECONDS = 0.02
STORMS = 3


async def measure(harness: Harness) -> list[Figure]:
    allow_files()
    thread, cookies = harness.community.read, harness.community.cookies
    path = f"/t/{thread}/live?last=1"
    async with web() as first, web() as second:
        near, far = await Audience.open(first.port, path, STREAMS), await Far.open(second.port, path, STREAMS)
        delivered = [await say(first, [near, far], thread, cookies[one], one) for one in range(ROUNDS)]
        far.close()
        storms: list[tuple[float, Load]] = []
        for _ in range(STORMS):
            near, seconds, pages = await _storm(first, near, path, f"/t/{thread}/thread")
            storms.append((seconds, pages))
        near.close()
    have = [float(len(one)) for one in delivered]
    back, waits = [seconds for seconds, _ in storms], [pages.waits for _, pages in storms]
    return [
        Figure("crowd", "one comment to 20,000 streams on two processes: delivered", "", have, bar=20_000, least=True),
        Figure("crowd", "the same: p99", "ms", [p99(one) for one in delivered], bar=1_000.0),
        Figure("crowd", "10,000 streams cut at once: all back", "s", back, bar=10.0),
        Figure("crowd", "pages meanwhile: p99", "ms", [p99(one) for one in waits], bar=500.0),
    ]


async def _storm(running: Web, audience: Audience, path: str, page: str) -> tuple[Audience, float, Load]:
    """Cut all streams. Returns those that came back, after how many seconds all had, and what readers saw meanwhile."""
    pages = cycle([request("GET", page)])
    seconds = MAX_RETRY_MS / 1_000 + 1
    reading = asyncio.create_task(drive(running.port, pages, seconds=seconds, connections=READERS, pause=PAUSE_SECONDS))
    began = perf_counter()
    audience.close()
    random = Random(3)
    back = [Listener(path) for _ in audience.listeners]
    await asyncio.gather(*(_come_back(running, one, random) for one in back))
    return Audience(back), perf_counter() - began, await reading


async def _come_back(running: Web, listener: Listener, random: Random) -> None:
    """Connect again after a pause, as the first words of the stream ask browsers to."""
    await asyncio.sleep(random.uniform(MIN_RETRY_MS, MAX_RETRY_MS) / 1_000)
    await connect(running.port, listener)
