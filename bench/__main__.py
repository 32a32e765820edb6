"""Measure and print. `BENCH_ONLY=reading,live` or the same words as arguments choose parts."""

import os
import sys
from contextlib import nullcontext
from itertools import groupby
from time import perf_counter

import uvloop
from rich.console import Console

from bench import (
    anchoring,
    backtest,
    backup,
    browser,
    crawl,
    crowd,
    digests,
    endurance,
    feeds,
    growth,
    hot,
    large,
    lighthouse,
    live,
    mixed,
    moderation,
    neighbours,
    peers,
    perspectives,
    programs,
    raid,
    reading,
    report,
    rest,
    search,
    writing,
)
from bench.harness import Harness, open_harness, worker
from bench.report import Figure

PARTS = {
    "reading": reading,
    "large": large,
    "crawl": crawl,
    "hot": hot,
    "mixed": mixed,
    "raid": raid,
    "writing": writing,
    "live": live,
    "anchoring": anchoring,
    "backtest": backtest,
    "digests": digests,
    "moderation": moderation,
    "programs": programs,
    "feeds": feeds,
    "browser": browser,
    "memory": rest,
}
# Parts that take minutes, asked for by name (most by `make bench-large`); those of ALONE need no comments of ours.
LARGE = {
    "lighthouse": lighthouse,
    "growth": growth,
    "backup": backup,
    "crowd": crowd,
    "endurance": endurance,
    "neighbours": neighbours,
    "peers": peers,
    "perspectives": perspectives,
    "search": search,
}
ALONE = {"growth", "neighbours", "backup", "perspectives", "search"}
# As it is really run. The others start one where they need it.
WITH_WORKER = {"reading", "large", "crawl", "hot", "mixed", "raid", "live", "programs", "feeds"}


async def run(harness: Harness, chosen: list[str]) -> list[Figure]:
    console = Console(stderr=True)
    figures: list[Figure] = []
    with console.status("starting") as status:
        harness.progress = status.update
        if not set(chosen) <= ALONE:
            harness.progress("filling in 200,000 comments")
            await harness.fill()
        for with_worker, names in groupby(chosen, WITH_WORKER.__contains__):
            async with worker(harness.database_url) if with_worker else nullcontext():
                for name in names:
                    harness.progress(f"measuring {name}")
                    figures += await (PARTS | LARGE)[name].measure(harness)
                    report.keep(figures)
    return figures


def main() -> int:
    """Return 1 when a figure misses its bar."""
    wanted = sys.argv[1:] or os.environ.get("BENCH_ONLY", "").replace(",", " ").split()
    parts = PARTS | LARGE
    if unknown := set(wanted) - parts.keys():
        sys.exit(f"There is no part {', '.join(sorted(unknown))}. The parts are {', '.join(parts)}.")
    started = perf_counter()
    with open_harness() as harness:
        figures = uvloop.run(run(harness, [name for name in parts if name in wanted] or [*PARTS]))
    report.show(figures)
    print(f"{perf_counter() - started:.0f} s, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    return int(any(figure.holds is False for figure in figures))


sys.exit(main())
