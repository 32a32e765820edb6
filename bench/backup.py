"""How long a backup of a million comments takes, and bringing it back, beside PostgreSQL's own programs alone."""

import asyncio
from collections.abc import Awaitable
from pathlib import Path
from time import perf_counter

from bench.databases import FilledDatabase, build
from bench.growth import DATABASES
from bench.harness import Harness, create_database
from bench.report import Figure
from parley.platform.settings import settings
from parley.site.backup import tools
from parley.site.backup.ops import create_backup, restore

# Each is minutes of work.
ROUNDS = 3


async def measure(harness: Harness) -> list[Figure]:
    database = await build(harness.database_url, "bench_kept", DATABASES["large"], harness.progress)
    taken, dumped, restored, brought = [], [], [], []
    for number in range(ROUNDS):
        harness.progress(f"backing up {database.comments:,} comments, round {number + 1} of {ROUNDS}")
        file, dump = harness.folder / f"{number}.backup", harness.folder / f"{number}.dump"
        taken.append(await _seconds(create_backup(database.url, file, _no_progress, secret=settings().secret)))
        dumped.append(await _seconds(_run("pg_dump", database.url, f"--file={dump}")))
        harness.progress(f"bringing them back, round {number + 1} of {ROUNDS}")
        empty, other = [await create_database(harness.database_url, f"bench_{kind}{number}") for kind in ("in", "bare")]
        restored.append(await _seconds(restore(empty, file, _no_progress, replace=True)))
        brought.append(await _seconds(_run("pg_restore", other, "--clean", "--no-owner", "--dbname", after=dump)))
    size = Figure("backup", "its file", "MB", [file.stat().st_size / 1_000_000])
    return [_figure(database, "backup", taken, dumped), size, _figure(database, "restore, proven", restored, brought)]


def _figure(database: FilledDatabase, name: str, ours: list[float], bare: list[float]) -> Figure:
    rates, ceiling = ([database.comments / seconds for seconds in runs] for runs in (ours, bare))
    return Figure(
        "backup", f"{name} of {database.comments:,} comments, {database.votes:,} votes: comments", "/s", rates, ceiling
    )


async def _run(program: str, url: str, *options: str, after: Path | None = None) -> None:
    where, variables = tools.address(url)
    command = [tools.program(program, 0), "--format=custom", *options, where, *([str(after)] if after else [])]
    process = await asyncio.create_subprocess_exec(*command, env=variables)
    assert await process.wait() == 0, program


async def _seconds(work: Awaitable[object]) -> float:
    begun = perf_counter()
    await work
    return perf_counter() - begun


def _no_progress(_: int) -> None:
    """Nobody watches."""
