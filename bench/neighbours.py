"""What six hostile connections of one host take from its neighbours and from everybody else.

An account has written 25 of the densest comments that are legal, and one host asks for the pages with them without
pause, as a visitor and as a member. A neighbour in its network and a bystander elsewhere read the home page, as members
do.
"""

import asyncio
from collections import Counter
from itertools import cycle

from bench import data
from bench.harness import Harness, web
from bench.listeners import p99
from bench.load import drive, request
from bench.report import Figure
from parley.articles.articles.text import ArticleText
from parley.discussion.comments import counts
from parley.discussion.threads.opening import open_thread
from parley.extraction.html.passages import ImportedPassage
from parley.people.accounts import names
from parley.platform import db
from parley.platform.db import close_pool, open_pool
from parley.platform.db.migrate import migrate
from parley.platform.events.redis import close_redis, open_redis
from parley.platform.text import markdown

ROUNDS, SECONDS = 3, 2.0
HOSTILE = [(who, many) for who in ("visitor", "member") for many in (1, 6)]
COMMENTS = 25
DENSE = "[" * 4_100 + "'" * 35_000
NAME = "hostile"
HOST, NEIGHBOUR, BYSTANDER = "192.0.2.1", "192.0.2.2", "198.51.100.1"
READERS, PAUSE = 2, 0.02
# Of the quiet p99.
MOST = 2.0
COMMENT_ON = """
insert into comment (thread, author, body, html, html_version, stance)
select $1, 1, $2, $3, $4, 'adds' from generate_series(1, $5)
"""


async def measure(harness: Harness) -> list[Figure]:
    thread, [hostile_cookie, *cookies] = await _fill(harness)
    costly = ["/", f"/t/{thread}", f"/t/{thread}/feed.atom", f"/u/{NAME}"]
    attacks = {
        "visitor": cycle([request("GET", path, X_Forwarded_For=HOST) for path in costly]),
        "member": cycle([request("GET", path, X_Forwarded_For=HOST, Cookie=hostile_cookie) for path in costly]),
    }
    quiet: dict[str, list[float]] = {NEIGHBOUR: [], BYSTANDER: []}
    loud: dict[tuple[str, str, int], list[float]] = {(who, *hostile): [] for who in quiet for hostile in HOSTILE}
    refused = Counter[str]()
    async with web(PARLEY_LIMITS="on") as running:

        async def read(who: str, cookie: str) -> float:
            home = cycle([request("GET", "/", Cookie=cookie, X_Forwarded_For=who)])
            load = await drive(running.port, home, seconds=SECONDS, connections=READERS, pause=PAUSE, may_refuse=True)
            refused[who] += load.failures
            return p99(load.waits)

        async def both() -> list[float]:
            return await asyncio.gather(*(read(who, cookie) for who, cookie in zip(quiet, cookies, strict=True)))

        for _ in range(ROUNDS):
            for who, waited in zip(quiet, await both(), strict=True):
                quiet[who].append(waited)
            for role, many in HOSTILE:
                hostile = asyncio.create_task(
                    drive(running.port, attacks[role], seconds=SECONDS + 0.5, connections=many, may_refuse=True)
                )
                for who, waited in zip(quiet, await both(), strict=True):
                    loud[who, role, many].append(waited)
                await hostile
    names = {NEIGHBOUR: "a neighbour's home", BYSTANDER: "a bystander's home"}
    figures = [Figure("neighbours", f"{names[who]}, quiet: p99", "ms", runs) for who, runs in quiet.items()]
    for (who, role, many), runs in loud.items():
        times = [run / before for run, before in zip(runs, quiet[who], strict=True)]
        beside = f"{names[who]} beside {many} of a hostile {role}"
        figures.append(Figure("neighbours", f"{beside}: p99", "ms", runs))
        figures.append(Figure("neighbours", f"{beside}: of quiet", "x", times, bar=MOST))
    return [*figures, Figure("neighbours", "refused of both", "", [refused.total()], bar=0.0)]


async def _fill(harness: Harness) -> tuple[int, list[str]]:
    """Make the thread and its comments; return its id and the cookies of a hostile member and of two others."""
    await migrate(harness.database_url)
    await open_pool(harness.database_url, size=4, as_owner=True, statement_timeout="0")
    open_redis(harness.servers.redis_url)
    async with db.DB.open_connections().pool.acquire() as connection:
        cookies = await data.add_members(connection, "hostile", 1, data.JOINED)
        cookies += await data.add_members(connection, "reader", 2, data.JOINED)
    passage = ImportedPassage("paragraph", None, "<p>Words.</p>", "Words.")
    opened = await open_thread(text=ArticleText(title="The wager", passages=[passage]), topic="research", starter=1)
    await db.execute(COMMENT_ON, opened.id, DENSE, markdown.render(DENSE), markdown.VERSION, COMMENTS)
    await db.execute(counts.ADD_THREAD, opened.id)
    await db.execute("update member set name = $1, name_key = $2 where id = 1", NAME, names.key(NAME))
    await db.execute("update thread set comment_count = $2 where id = $1", opened.id, COMMENTS)
    await close_redis()
    await close_pool()
    return opened.id, cookies
