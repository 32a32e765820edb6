"""The memory of each process while nothing happens, and how long a web process takes to its first page."""

import asyncio
from collections.abc import Iterator
from itertools import cycle
from time import perf_counter

import psutil

from bench.data import Community
from bench.harness import MB, ROUNDS, Harness, resident, start, web
from bench.load import drive, request
from bench.report import Figure

# By then it has looked whether all templates are compiled (site/app.py).
SETTLED_SECONDS = 10.0
LOAD_SECONDS = 5.0


async def measure(harness: Harness) -> list[Figure]:
    worker = start("parley", "worker")
    try:
        async with web() as running:
            await running.raw(f"/t/{harness.community.read}/thread", {})
            await asyncio.sleep(SETTLED_SECONDS)
            found = {
                "web, at rest: its share (Pss)": _family(running.process.pid),
                "web, at rest: resident (RSS)": resident(running.process.pid),
                "worker: resident": resident(worker.pid),
                "PostgreSQL, all its processes": _family(harness.servers.postgres.pid),
                "Valkey": _family(harness.servers.valkey.pid),
            }
            await drive(running.port, _members_pages(harness.community), seconds=LOAD_SECONDS, may_refuse=True)
            found["web, while members read: resident"] = resident(running.process.pid)
    finally:
        worker.terminate()
        worker.wait(timeout=20)
    starts = [await _started(harness) for _ in range(ROUNDS)]
    bars = {"web, at rest: its share (Pss)": 110.0, "web, while members read: resident": 220.0}
    return [
        *(Figure("memory", name, "MB", [size], bar=bars.get(name)) for name, size in found.items()),
        Figure("memory", "start of a web process to its first page", "ms", starts, bar=1_500.0),
    ]


async def _started(harness: Harness) -> float:
    """Milliseconds from the start of a process until its first page has arrived."""
    before = perf_counter()
    async with web() as running:
        await running.raw(f"/t/{harness.community.read}/thread", {})
        return (perf_counter() - before) * 1_000


def _members_pages(community: Community) -> Iterator[bytes]:
    paths = cycle(["/", *(f"/t/{thread}/thread" for thread in (community.read, community.large, *community.written))])
    # Each asks for another page whenever it is their turn again.
    for path, cookie in zip(paths, cycle(community.cookies[:199]), strict=False):
        yield request("GET", path, Cookie=cookie, Accept_Encoding="gzip")


def _family(pid: int) -> float:
    """A process and its children in MB, each page of memory they share counted once."""
    started = psutil.Process(pid)
    together = (started, *started.children(recursive=True))
    return sum(one.memory_full_info().pss for one in together) / MB
