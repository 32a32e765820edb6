"""Searching 100,000 comments: rare and frequent words, phrases, filters, other pages."""

from collections.abc import Sequence
from itertools import cycle
from time import perf_counter

from bench.ground import ROUNDS, Ground, web
from bench.listeners import p99
from bench.load import drive, request
from bench.report import Figure
from parley.core import db
from parley.core.db import close_pool, open_pool
from parley.search import ops

SECONDS = 5.0
QUERIES = (
    "q=the+model",
    "q=model&kind=comment&sort=new",
    "q=model&kind=comment&page=5",
    "q=%22language+model%22&kind=comment",
    "q=energy+stance:challenges",
    "q=model+-energy+by:reader_00001",
    "q=towel",
    "q=modle",
)


async def measure(ground: Ground) -> list[Figure]:
    community = ground.community
    indexed = await fill_index(ground.database_url, [community.read, community.large, *community.written])
    pages = cycle([request("GET", f"/search?{query}", Accept_Encoding="gzip") for query in QUERIES])
    waits, rates = [], []
    async with web() as running:
        for _ in range(ROUNDS):
            done = await drive(running.port, pages, seconds=SECONDS, connections=1)
            waits.append(p99(done.waits))
            rates.append(done.rate)
    return [
        Figure("search", "comments indexed by the worker", "/s", [indexed]),
        Figure("search", "a page of hits among 100,000: p99", "ms", waits, bar=300.0),
        Figure("search", "searches of one reader after the other", "/s", rates),
    ]


async def fill_index(url: str, threads: Sequence[int]) -> float:
    """Index these threads and return how many documents a second were written."""
    await open_pool(url, size=2, statement_timeout="0")
    start = perf_counter()
    for thread in threads:
        await ops.check(thread)
    count: int = await db.value("select count(*) from search_document")
    rate = count / (perf_counter() - start)
    await db.execute("analyze search_document")
    await close_pool()
    return rate
