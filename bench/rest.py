"""The memory of each process while nothing happens, and how long a web process takes to its first page."""

import asyncio
from time import perf_counter

import psutil

from bench.harness import MB, ROUNDS, Harness, resident, start, web
from bench.report import Figure

SETTLED_SECONDS = 3.0


async def measure(harness: Harness) -> list[Figure]:
    worker = start("parley", "worker")
    try:
        async with web() as running:
            await running.raw(f"/t/{harness.community.read}/thread", {})
            await asyncio.sleep(SETTLED_SECONDS)
            found = {
                "web, after its first page": resident(running.process.pid),
                "worker": resident(worker.pid),
                "PostgreSQL, all its processes": _family(harness.servers.postgres.pid),
                "Valkey": _family(harness.servers.valkey.pid),
            }
    finally:
        worker.terminate()
        worker.wait(timeout=20)
    starts = [await _started(harness) for _ in range(ROUNDS)]
    bars = {"web, after its first page": 120.0}
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


def _family(pid: int) -> float:
    """A process and its children in MB, each page of memory they share counted once."""
    started = psutil.Process(pid)
    together = (started, *started.children(recursive=True))
    return sum(one.memory_full_info().pss for one in together) / MB
