"""A raid: 64 connections with 5,000 addresses of 500 networks ask for pages that nobody asked for before."""

import asyncio
from collections.abc import Iterator
from itertools import count, cycle
from random import Random

from bench.harness import ROUNDS, Harness, web
from bench.listeners import p95
from bench.load import drive, request
from bench.report import Figure
from parley.discussion.comment_tree.tree import COMMENT_SORTS

SECONDS = 6.0
MEMBERS, PAUSE = 4, 0.1
RAIDERS, NETWORKS, HOSTS = 64, 500, 10
GZIP = {"Accept-Encoding": "gzip"}


async def measure(harness: Harness) -> list[Figure]:
    quiet, raided, ratio = [], [], []
    longest, made = [], []
    async with web(PARLEY_LIMITS="on") as running:
        for number in range(ROUNDS):
            alone = await drive(running.port, _members(harness), seconds=SECONDS, connections=MEMBERS, pause=PAUSE)
            raid = drive(running.port, _raid(harness, number), seconds=SECONDS, connections=RAIDERS, may_refuse=True)
            members = drive(running.port, _members(harness), seconds=SECONDS, connections=MEMBERS, pause=PAUSE)
            beside, crowd = await asyncio.gather(members, raid)
            quiet.append(p95(alone.waits))
            raided.append(p95(beside.waits))
            ratio.append(raided[-1] / quiet[-1])
            longest.append(max(crowd.waits))
            made.append(crowd.rate)
    return [
        Figure("raid", "members' pages, quiet: p95", "ms", quiet),
        Figure("raid", "members' pages in a raid: p95", "ms", raided),
        Figure("raid", "in a raid beside quiet", "times", ratio, bar=2.0),
        Figure("raid", "longest wait of a visitor", "ms", longest, bar=5_000.0),
        Figure("raid", "visitors' requests answered", "/s", made),
    ]


def _members(harness: Harness) -> Iterator[bytes]:
    threads, cookies = cycle(harness.community.written), cycle(harness.community.cookies[:200])
    return (request("GET", f"/t/{next(threads)}/thread", **GZIP, Cookie=one) for one in cookies)


def _raid(harness: Harness, number: int) -> Iterator[bytes]:
    """Pages of single comments, each asked for once, from another address each time."""
    random = Random(number)
    comments = [(thread, comment) for thread, ids in harness.community.comments.items() for comment in ids]
    random.shuffle(comments)
    for at in count():
        thread, comment = comments[at % len(comments)]
        network, host = random.randrange(NETWORKS), random.randrange(HOSTS)
        address = f"100.{64 + network // 250}.{network % 250}.{host + 1}"
        path = f"/t/{thread}/thread?focus={comment}&sort={random.choice(COMMENT_SORTS)}"
        yield request("GET", path, **GZIP, X_Forwarded_For=address)
