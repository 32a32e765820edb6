"""How the cost of a page and of a write grows with its thread, from 100 to 100,000 comments, and with the database."""

from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter

from bench import writing
from bench.data import MEMBERS, Community
from bench.databases import AUTHORS, LOOKED_AT, FilledDatabase, build
from bench.harness import ROUNDS, Harness, Web, web
from bench.load import drive
from bench.page_times import made_anew, wait
from bench.plot import Panel, plot
from bench.report import Figure
from parley.platform.events.redis import close_redis, open_redis

PLOT = Path(__file__).parents[1] / "docs" / "growth.svg"
# Comments in the threads beside the one that is looked at. The largest database has ten million votes.
# One there must be: a new process makes the page of the newest thread before it serves.
DATABASES = {"small": (10,), "medium": (1_000,) * 99, "large": (100, 10_000, 100_000, *(1_000,) * 889)}
SIZES = (100, 1_000, 10_000, 100_000)
SECONDS = 1.5
# Nobody votes on their own comment.
WRITERS, VOTERS = range(1, AUTHORS + 1), range(AUTHORS + 1, MEMBERS + 1)
IN_THREAD = {"page, cold": 4.0, "page, anew": 1.3}
IN_ALL = {"page, cold": 1.2, "page, anew": 1.2}
COSTS = ("page, cold", "page, anew", "reply", "vote")
Costs = dict[tuple[str, int], list[float]]


async def measure(harness: Harness) -> list[Figure]:
    databases, filled = await _build_all(harness)
    in_threads: Costs = {}
    in_databases: Costs = {}
    for number in range(ROUNDS):
        harness.progress(f"measuring growth, round {number + 1} of {ROUNDS}")
        for database in databases:
            await _costs(database, LOOKED_AT, in_databases, database.comments)
        for size in SIZES:
            await _costs(databases[-1], size, in_threads, size)
    panels = [Panel("comments in the thread", _lines(in_threads)), Panel("comments in all", _lines(in_databases))]
    PLOT.write_text(plot("milliseconds", panels))
    last, first = databases[-1].comments, databases[0].comments
    return [
        filled,
        *_grown(in_threads, SIZES[-1], LOOKED_AT, "a thread of 100,000 beside 1,000", IN_THREAD),
        *_grown(in_databases, last, first, "a million comments in all beside 1,000", IN_ALL),
    ]


async def _build_all(harness: Harness) -> tuple[list[FilledDatabase], Figure]:
    """The databases, the smallest first, and how long the largest took."""
    open_redis(harness.servers.redis_url)
    databases = []
    for name, sizes in DATABASES.items():
        began = perf_counter()
        databases.append(await build(harness.database_url, f"bench_{name}", sizes, harness.progress))
    await close_redis()
    name = f"{databases[-1].comments:,} comments and {databases[-1].votes:,} votes filled in"
    return databases, Figure("growth", name, "s", [perf_counter() - began], bar=180.0)


async def _costs(database: FilledDatabase, size: int, costs: Costs, at: int) -> None:
    """Milliseconds for each of COSTS in a thread of `size`, added to what is known `at` a place of the plot."""
    path = f"/t/{database.thread(size)}/thread"
    async with web(DATABASE_URL=database.url) as running:
        found = [await wait(running, path), await made_anew(running, database.url, database.thread(size))]
        found += [
            await _write(running, database, size, *one) for one in ((writing.reply, WRITERS), (writing.vote, VOTERS))
        ]
    for cost, milliseconds in zip(COSTS, found, strict=True):
        costs.setdefault((cost, at), []).append(milliseconds)


async def _write(running: Web, database: FilledDatabase, size: int, kind: writing.Ours, members: range) -> float:
    """Milliseconds for one write while sixteen connections write into the thread."""
    thread = database.thread(size)
    first = database.firsts[thread]
    comments = list(range(first, first + size))
    community = Community(written=[thread], comments={thread: comments}, cookies=database.cookies, bodies=BODIES)
    writes = writing.spread(community, seed=next(_seeds), members=members)
    load = await drive(running.port, (kind(database.cookies, one) for one in writes), seconds=SECONDS)
    return 1_000 / load.rate


def _lines(costs: Costs) -> dict[str, list[tuple[int, float]]]:
    """The medians of each cost, by what they grow with."""
    return {cost: [(at, median(runs)) for (of, at), runs in costs.items() if of == cost] for cost in COSTS}


def _grown(costs: Costs, large: int, small: int, name: str, bars: dict[str, float]) -> list[Figure]:
    """How many times as much each costs where there is more, round by round."""
    return [
        Figure(
            "growth",
            f"{name}: {cost}",
            "times",
            [more / less for more, less in zip(costs[cost, large], costs[cost, small], strict=True)],
            bar=bars.get(cost),
        )
        for cost in COSTS
    ]


BODIES = [("It depends on who is asked, and *when*.", "<p>It depends on who is asked, and <em>when</em>.</p>")]
_seeds = count(100)
