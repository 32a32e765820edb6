"""The back-test of a rule over 105,000 comments, beside reading the same rows and judging none."""

from datetime import timedelta
from time import perf_counter

from bench.data import START
from bench.harness import Harness
from bench.report import Figure
from parley.moderation.backtests import run as backtests
from parley.moderation.backtests.history import SELECT_IDS, SELECT_ROWS
from parley.moderation.backtests.run import BATCH
from parley.moderation.matching import current
from parley.moderation.matching.evaluate import ActiveRule
from parley.platform import db
from parley.platform.db import close_pool, open_pool

ROUNDS = 3
# The month in which the large thread of bench/data.py was written.
UNTIL = START + timedelta(days=30)
NAMES = ("Insults", "The same text from others")
BAR_SECONDS = 10.0


async def measure(harness: Harness) -> list[Figure]:
    await open_pool(harness.database_url, size=2, statement_timeout="0")
    figures: list[Figure] = []
    for rule in (await current.in_force()).rules:
        if rule.name in NAMES:
            figures += await _measure(rule)
    await close_pool()
    return figures


async def _measure(rule: ActiveRule) -> list[Figure]:
    times, rates, ceiling = list[float](), list[float](), list[float]()
    for _ in range(ROUNDS):
        began = perf_counter()
        result = await backtests.run(0, rule, UNTIL)
        times.append(perf_counter() - began)
        rates.append(result.comments / times[-1])
        ceiling.append(await _bare_rate())
    name = f"“{rule.name}” on {result.comments:,} comments"
    return [
        Figure("backtest", name, "s", times, bar=BAR_SECONDS),
        Figure("backtest", f"{name}: comments", "/s", rates, ceiling),
    ]


async def _bare_rate() -> float:
    """Comments a second that are only read, by the same statements."""
    began = perf_counter()
    async with db.DB.open_connections().pool.acquire() as connection:
        ids = [row[0] for row in await connection.fetch(SELECT_IDS, UNTIL)]
        for start in range(0, len(ids), BATCH):
            await connection.fetch(SELECT_ROWS, ids[start : start + BATCH])
    return len(ids) / (perf_counter() - began)
