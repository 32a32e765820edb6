"""A thread in which twenty replies a second arrive: what its readers notice of them."""

import asyncio
from itertools import cycle

from bench.harness import ROUNDS, Harness, web
from bench.listeners import p99
from bench.load import drive, request
from bench.report import Figure
from bench.writing import reply, spread

SECONDS = 5.0
READERS, READER_PAUSE = 8, 0.02
REPLIES_A_SECOND = 20


async def measure(harness: Harness) -> list[Figure]:
    community = harness.community
    thread = community.written[0]
    pages = cycle([request("GET", f"/t/{thread}/thread", Accept_Encoding="gzip")])
    writes = spread(community, 6, most=1)
    replies = (reply(community.cookies, one) for one in writes)
    quiet, hot, written = [], [], []
    async with web() as running:
        for _ in range(ROUNDS):
            read = await drive(running.port, pages, seconds=SECONDS, connections=READERS, pause=READER_PAUSE)
            quiet.append(p99(read.waits))
            read, wrote = await asyncio.gather(
                drive(running.port, pages, seconds=SECONDS, connections=READERS, pause=READER_PAUSE),
                drive(running.port, replies, seconds=SECONDS, connections=1, pause=1 / REPLIES_A_SECOND),
            )
            hot.append(p99(read.waits))
            written.append(wrote.rate)
    return [
        Figure("hot", "visitors' page, nothing comes: p99", "ms", quiet),
        Figure("hot", "while replies come: p99", "ms", hot, bar=100.0),
        Figure("hot", "the replies", "/s", written),
    ]
