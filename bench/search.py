"""Searching many comments: each kind of query, comments just written, and comments that one half remembers.

`BENCH_COMMENTS` says among how many; 200,000 without it.
"""

import asyncio
import html
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import accumulate, cycle, pairwise
from random import Random
from statistics import median, quantiles
from time import perf_counter
from uuid import uuid4

import asyncpg

from bench.data import AUTHORS, BODIES, JOINED, MEMBERS, Words, add_members, add_thread, find_words
from bench.databases import FilledDatabase
from bench.harness import ROUNDS, Harness, Web, create_database, start, web
from bench.listeners import p99
from bench.load import drive, request
from bench.report import Figure
from bench.writing import Write, reply
from parley.interfaces.search import ops, queries, spelling
from parley.interfaces.search.forms import SearchForm
from parley.interfaces.search.results import prepare
from parley.interfaces.search.tables import Kind
from parley.platform import db
from parley.platform.db import close_pool, open_pool
from parley.platform.events.redis import close_redis, open_redis

COMMENTS = int(os.environ.get("BENCH_COMMENTS", "200000"))
LARGE, SMALL, OTHER = 50_000, 1_000, 10_000
# Invented words beside those of the demo, so that there are rare ones as in any language: the second is half as
# frequent as the first, the third a third.
BEGINNINGS = [
    "bar",
    "cor",
    "del",
    "fen",
    "gal",
    "hor",
    "jun",
    "kel",
    "lum",
    "mor",
    "nav",
    "pel",
    "qui",
    "ras",
    "sol",
    "tam",
]
ENDS = ["bient", "crat", "dorn", "fluk", "gram", "host", "lint", "mard", "nosk", "phen", "quar", "rist", "stav", "vard"]
SYLLABLES = [f"{one}{vowel}" for one in BEGINNINGS for vowel in "aeiou"]
INVENTED = [f"{one}{end}" for one in SYLLABLES for end in ENDS]
INVENTED += [f"{one}{another}" for one in SYLLABLES for another in INVENTED]
MIDDLING, RARE = INVENTED[40], INVENTED[1_000]
SEARCH_SECONDS, WRITE_SECONDS = 4.0, 6.0
# Comments a second, from this many connections with a pause after each answer.
ARRIVING, CONNECTIONS = 200, 20
KNOWN_ITEMS, BEST = 500, 10
QUERIES = {
    "a rare word": "{rare}",
    "a middling word": "{middling}",
    "a frequent word": "model",
    "two frequent words": "model+language",
    "a phrase of frequent words": "%22language+model%22",
    "a frequent word, the newest first": "model&sort=new",
    "a frequent word in a small thread": "model&thread={small}",
    "a frequent word in the largest thread": "model&thread={large}",
    "words and filters": "energy+stance:challenges+topic:research",
    "a misspelt word": "modle",
    "two rare words that no comment has both": "{rare}+{rarer}",
}
UNINDEXED = "select exists (select from event where indexed_at is null)"
MEANINGFUL = "select word from unnest($1::text[]) word where to_tsvector('english', word) <> ''"
SEEN = """
select d.source, extract(epoch from clock_timestamp() - c.created_at)::float8 as age
from search_document d join comment c on c.id = d.source where d.kind = 3 and d.source > $1
"""


async def measure(harness: Harness) -> list[Figure]:
    open_redis(harness.servers.redis_url)
    database = await build(harness)
    indexed = await fill_index(database.url, [one for some in database.threads.values() for one in some], harness)
    size = f"{database.comments:,} comments"
    figures = [Figure("search", f"{size} indexed", "/s", [indexed])]
    async with web(DATABASE_URL=database.url) as running:
        figures += await _search(running, database, size)
        figures += await _write(running, database, size)
    figures.append(await _known_items(database, size))
    await close_redis()
    return figures


async def build(harness: Harness) -> FilledDatabase:
    """A database with a large thread, small ones, and others, until there are COMMENTS."""
    url = await create_database(harness.database_url, "bench_search")
    await open_pool(url, size=4, as_owner=True, statement_timeout="0")
    random = Random(23)
    database = FilledDatabase(url, {}, {}, [], 0, 0)
    async with db.DB.open_connections().pool.acquire() as connection:
        database.cookies = await add_members(connection, "reader", MEMBERS, JOINED)
        words = await find_words(random)
        for size in _sizes():
            harness.progress(f"filling in {database.comments:,} of {COMMENTS:,} comments")
            own = Words(words.article, list(_bodies(random, words, size)))
            thread = await add_thread(connection, random, own, size, max(1, size // MEMBERS), database.comments + 1)
            database.threads.setdefault(size, []).append(thread)
            database.firsts[thread] = database.comments + 1
            database.comments += size
        await connection.execute("select setval('comment_id_seq', $1)", database.comments + 1)
        await connection.execute("vacuum analyze")
    await close_pool()
    return database


def _sizes() -> Iterator[int]:
    yield from (LARGE, *(SMALL,) * 20)
    left = COMMENTS - LARGE - 20 * SMALL
    yield from (min(OTHER, left - at) for at in range(0, left, OTHER))


def _bodies(random: Random, words: Words, size: int) -> Iterator[tuple[str, str]]:
    """Comments of about seventy words, no two alike: each word of the demo is followed by one that follows it there.

    So words and phrases are as frequent as in the demo. One word of eight is an invented one.
    """
    followers: dict[str, list[str]] = {}
    demo_words = " ".join(body for body, _ in words.bodies[:BODIES]).split()
    for one, next_one in pairwise([*demo_words, demo_words[0]]):
        followers.setdefault(one, []).append(next_one)
    weights = list(accumulate(1 / place for place in range(1, len(INVENTED) + 1)))
    for _ in range(size):
        text, word = [], random.choice(demo_words)
        for _ in range(random.randint(20, 100)):
            text.append(word)
            word = random.choice(followers[word])
        for invented in random.choices(INVENTED, cum_weights=weights, k=len(text) // 8):
            text.insert(random.randrange(len(text)), invented)
        body = " ".join(text)
        yield body, f"<p>{html.escape(body)}</p>"


async def fill_index(url: str, threads: Sequence[int], harness: Harness) -> float:
    """Index these threads as the worker does every night, and return how many documents a second were written.

    The words for spelling are collected afterwards.
    """
    await open_pool(url, size=2, as_owner=True, statement_timeout="0")
    begun = perf_counter()
    for place, thread in enumerate(threads):
        harness.progress(f"indexing thread {place + 1} of {len(threads)}")
        await ops.check(thread)
    count: int = await db.value("select count(*) from search_document")
    rate = count / (perf_counter() - begun)
    await spelling.collect()
    await db.execute("update event set indexed_at = now(), handled_at = now()")
    await db.execute("vacuum analyze search_document")
    await close_pool()
    return rate


async def _search(running: Web, database: FilledDatabase, size: str) -> list[Figure]:
    """Milliseconds for the pages of one reader after the other."""
    places = {
        "rare": INVENTED[1_000],
        "rarer": INVENTED[2_000],
        "middling": INVENTED[40],
        "small": database.thread(SMALL),
        "large": database.thread(LARGE),
    }
    waits = {}
    for name, query in QUERIES.items():
        pages = cycle([request("GET", f"/search?q={query.format(**places)}&kind=comment", Accept_Encoding="gzip")])
        waits[name] = (await drive(running.port, pages, seconds=SEARCH_SECONDS, connections=1)).waits
    # Each kind of query counts the same, however many fitted into its seconds.
    mix = [one for some in waits.values() for one in _sample(some)]
    return [
        Figure("search", f"{size}: the middle query", "ms", [median(mix)], bar=60.0),
        Figure("search", f"{size}: p95 of all queries", "ms", [quantiles(mix, n=20)[18]], bar=300.0),
        *(Figure("search", f"{size}: {name}, p95", "ms", [quantiles(some, n=20)[18]]) for name, some in waits.items()),
    ]


def _sample(waits: Sequence[float], most: int = 20) -> list[float]:
    return list(waits) if len(waits) < most else [waits[at * len(waits) // most] for at in range(most)]


async def _write(running: Web, database: FilledDatabase, size: str) -> list[Figure]:
    """How soon comments are found that arrive 200 a second, and what finding them costs those who post."""
    posting = Figure("search", f"{size}: posting while the worker indexes, beside without it", "/s", [], [], 0.95)
    ages: list[float] = []
    for number in range(ROUNDS):
        posting.ceiling.append(await _post(running, database, 2 * number))
        async with _worker(database.url), _found(database.url, ages):
            posting.runs.append(await _post(running, database, 2 * number + 1))
    found = Figure("search", f"{size}: from commit to found while 200/s arrive, p99", "ms", [p99(ages)], bar=1_000.0)
    return [found, posting]


async def _post(running: Web, database: FilledDatabase, seed: int) -> float:
    """Post ARRIVING comments a second into the small threads; return how many were posted a second."""
    random = Random(1_000 + seed)
    pause = CONNECTIONS / ARRIVING

    def requests() -> Iterator[bytes]:
        while True:
            thread = random.choice(database.threads[SMALL])
            first = database.firsts[thread]
            write = Write(
                thread, first + random.randrange(SMALL), random.randint(1, AUTHORS), f"Seen {uuid4().hex}.", "", 1
            )
            yield reply(database.cookies, write)

    return (await drive(running.port, requests(), seconds=WRITE_SECONDS, connections=CONNECTIONS, pause=pause)).rate


@asynccontextmanager
async def _worker(url: str) -> AsyncIterator[None]:
    """A worker that has handled what was posted before."""
    process = start("parley", "worker", DATABASE_URL=url)
    connection = await asyncpg.connect(url)
    while await connection.fetchval(UNINDEXED):  # noqa: ASYNC110 another process does it
        await asyncio.sleep(0.1)
    await connection.close()
    yield
    process.terminate()
    process.wait(timeout=30)


@asynccontextmanager
async def _found(url: str, ages: list[float]) -> AsyncIterator[None]:
    """Add to `ages` after how many milliseconds each new comment is in the index."""
    connection = await asyncpg.connect(url)
    newest: int = await connection.fetchval("select coalesce(max(id), 0) from comment")
    seen: set[int] = set()
    done = asyncio.Event()

    async def look() -> None:
        for source, age in await connection.fetch(SEEN, newest):
            if source not in seen:
                seen.add(source)
                ages.append(age * 1_000)

    async def watch() -> None:
        while not done.is_set() or await connection.fetchval(UNINDEXED):
            await look()
            await asyncio.sleep(0.02)
        await look()

    watching = asyncio.create_task(watch())
    yield
    done.set()
    await watching
    await connection.close()


async def _known_items(database: FilledDatabase, size: str) -> Figure:
    """The mean reciprocal rank of comments that are searched with three of their words."""
    random = Random(29)
    await open_pool(database.url, size=2)
    ids = random.sample(range(1, database.comments + 1), KNOWN_ITEMS)
    found = [await _rank(random, one) for one in ids]
    await close_pool()
    name = f"{size}: one of {KNOWN_ITEMS} known by three words, mean reciprocal rank"
    return Figure("search", name, "", [sum(1 / rank for rank in found if rank) / KNOWN_ITEMS], bar=0.6, least=True)


async def _rank(random: Random, comment: int) -> int | None:
    """The place of a comment among the best hits of three of its longer words; None if it is not among them.

    Nobody remembers a comment by stop words such as "about".
    """
    body: str = await db.value("select body from comment where id = $1", comment)
    words = await db.values(MEANINGFUL, sorted(set(re.findall(r"[a-z]{5,}", body.lower()))))
    form = SearchForm({"q": " ".join(random.sample(words, 3)), "kind": "comment"})
    search = await prepare(form, None)
    assert search is not None
    refs = (await queries.hits(search, Kind.COMMENT, offset=0, limit=BEST)).refs
    return refs.index(comment) + 1 if comment in refs else None
