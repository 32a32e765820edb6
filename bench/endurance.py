"""Memory of the web process through an hour of reading, voting, replying and following (BENCH_MINUTES)."""

import os
from collections.abc import Iterator
from itertools import cycle
from time import monotonic

from bench.harness import Harness, resident, web
from bench.listeners import Audience
from bench.load import drive, request
from bench.report import Figure
from bench.writing import reply, spread, vote

MINUTES = float(os.environ.get("BENCH_MINUTES", "60"))
STREAMS = 200
STEP_SECONDS = 15.0
# Flat: what is kept is bounded, so after the first quarter nothing is added to it.
MOST = 1.05


async def measure(harness: Harness) -> list[Figure]:
    requests = _requests(harness)
    sizes: list[float] = []
    async with web() as running:
        audience = await Audience.open(running.port, f"/t/{harness.community.written[0]}/live", STREAMS)
        until = monotonic() + MINUTES * 60
        while monotonic() < until:
            harness.progress(f"under load for {MINUTES:g} minutes, {(until - monotonic()) / 60:.0f} left")
            await drive(running.port, requests, seconds=STEP_SECONDS, connections=4, pause=0.04)
            sizes.append(resident(running.process.pid))
        audience.close()
    quarter = max(sizes[: max(1, len(sizes) // 4)])
    return [
        Figure("endurance", f"web after {MINUTES:g} minutes of load", "MB", [sizes[-1]]),
        Figure("endurance", "beside its most in the first quarter", "times", [sizes[-1] / quarter], bar=MOST),
    ]


def _requests(harness: Harness) -> Iterator[bytes]:
    """Of ten requests seven read, as visitors and members, two vote and one replies."""
    community = harness.community
    readers = cycle(
        [request("GET", f"/t/{thread}/thread", Accept_Encoding="gzip") for thread in community.written]
        + [request("GET", "/", Cookie=cookie) for cookie in community.cookies[:200]]
    )
    writes = spread(community, 9)
    while True:
        for _ in range(7):
            yield next(readers)
        yield vote(community.cookies, next(writes))
        yield vote(community.cookies, next(writes))
        yield reply(community.cookies, next(writes))
