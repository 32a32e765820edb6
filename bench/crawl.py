"""Many threads, each read seldom: by a search engine that visits them all twice, and by members."""

import asyncio
from collections.abc import Iterator
from itertools import cycle, islice

from redis.asyncio import Redis

from bench.harness import ROUNDS, Harness, Web, web
from bench.load import Load, drive, request
from bench.report import Figure
from parley.discussion.comment_tree.tree import COMMENT_SORTS

SECONDS = 10.0
# Longer than a page is kept without a look at the database (platform/cache.py).
PAUSE = 1.0
# Until a new process has compiled its templates (app.py).
SETTLED_SECONDS = 10.0
# Of members, to all threads together.
VISITS = 1_000
GZIP = {"Accept-Encoding": "gzip"}


async def measure(harness: Harness) -> list[Figure]:
    threads = harness.community.written
    first = Figure("crawl", f"{len(threads)} threads of 40 comments, first visit of all", "/s", [], [])
    new = Figure("crawl", "their first visit in another process", "/s", [], [], 0.05)
    again = Figure("crawl", "their second visit, in each order", "/s", [], [], 0.6)
    members = Figure("crawl", "200 members in turn over the threads", "/s", [], [])
    for _ in range(ROUNDS):
        visits = [request("GET", f"/t/{thread}/thread", **GZIP) for thread in threads]
        await _forget_pages(harness)
        async with web() as running:
            await asyncio.sleep(SETTLED_SECONDS)
            first.add(await _load(running, iter(visits)))
            first.ceiling.append((await _load(running, iter(visits[:1] * len(visits)))).rate)
        async with web() as running:
            await asyncio.sleep(SETTLED_SECONDS)
            harness.keep("thread.gz", await running.raw(f"/t/{harness.community.read}/thread", GZIP))
            orders = [
                request("GET", f"/t/{thread}/thread?sort={sort}", **GZIP)
                for sort in COMMENT_SORTS
                for thread in threads
            ]
            warm = visits[:1] * len(orders)
            new.add(await _load(running, iter(visits)))
            new.ceiling.append((await _load(running, iter(warm))).rate)
            await _load(running, iter(orders))
            await asyncio.sleep(PAUSE)
            again.add(await _load(running, iter(orders)))
            again.ceiling.append((await _load(running, iter(warm))).rate)
            members.add(await _load(running, islice(_by_members(harness), VISITS)))
            same = (
                request("GET", "/bench/bytes/thread.gz", **GZIP, Cookie=one)
                for one in islice(_cookies(harness), VISITS)
            )
            members.ceiling.append((await _load(running, same)).rate)
    return [first, new, again, members]


async def _forget_pages(harness: Harness) -> None:
    """Let Redis forget what processes stored in it."""
    async with Redis.from_url(harness.servers.redis_url) as redis:
        await redis.flushdb()


async def _load(running: Web, requests: Iterator[bytes]) -> Load:
    return await drive(running.port, requests, seconds=SECONDS)


def _by_members(harness: Harness) -> Iterator[bytes]:
    threads = cycle(harness.community.written)
    return (request("GET", f"/t/{next(threads)}/thread", **GZIP, Cookie=one) for one in _cookies(harness))


def _cookies(harness: Harness) -> Iterator[str]:
    """Of 199 members, so that each meets another thread every time."""
    return cycle(islice(harness.community.cookies, 199))
