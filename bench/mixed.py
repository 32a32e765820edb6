"""A busy evening: members and visitors read, a search engine crawls, and replies and votes arrive all the while."""

import asyncio
from itertools import cycle

from bench.harness import ROUNDS, Harness, web
from bench.listeners import p99
from bench.load import drive, request
from bench.report import Figure
from bench.writing import HTMX, reply, spread, vote

SECONDS = 5.0
MEMBERS, VISITORS, CRAWLERS, READER_PAUSE = 4, 4, 1, 0.1
REPLIES_A_SECOND, VOTES_A_SECOND, VOTERS = 20, 100, 4


async def measure(harness: Harness) -> list[Figure]:
    community = harness.community
    threads, cookies = cycle(community.written), cycle(community.cookies[:200])
    path, gzip = f"/t/{community.written[0]}/thread", {"Accept-Encoding": "gzip"}
    zstd = {"Accept-Encoding": "gzip, deflate, br, zstd"}
    of_members = (request("GET", path, **zstd, Cookie=one) for one in cookies)
    of_visitors = cycle([request("GET", path, **zstd)])
    of_crawlers = (request("GET", f"/t/{one}/thread", **gzip) for one in threads)
    replies = (reply(community.cookies, one, **HTMX) for one in spread(community, 11))
    votes = (vote(community.cookies, one, **HTMX) for one in spread(community, 12))
    waits, pages, written = [], [], []
    async with web() as running:
        for _ in range(ROUNDS):
            members, visitors, crawled, replied, voted = await asyncio.gather(
                drive(running.port, of_members, seconds=SECONDS, connections=MEMBERS, pause=READER_PAUSE),
                drive(running.port, of_visitors, seconds=SECONDS, connections=VISITORS, pause=READER_PAUSE),
                drive(running.port, of_crawlers, seconds=SECONDS, connections=CRAWLERS, pause=READER_PAUSE),
                drive(running.port, replies, seconds=SECONDS, connections=1, pause=1 / REPLIES_A_SECOND),
                drive(running.port, votes, seconds=SECONDS, connections=VOTERS, pause=VOTERS / VOTES_A_SECOND),
            )
            waits.append(p99(members.waits))
            pages.append(members.rate + visitors.rate + crawled.rate)
            written.append(replied.rate + voted.rate)
    return [
        Figure("mixed", "members' pages while others read, crawl, reply and vote: p99", "ms", waits, bar=150.0),
        Figure("mixed", "pages meanwhile", "/s", pages),
        Figure("mixed", "replies and votes meanwhile", "/s", written),
    ]
