"""What programs ask for: 100 comments as JSON, the same unchanged, a discussion imported, and the site exported."""

import time
from itertools import cycle
from pathlib import Path

from bench.ground import ROUNDS, Ground, Web, web
from bench.load import drive, request
from bench.report import Figure
from parley import hooks
from parley.articles.text import ArticleText
from parley.comments.importing import ImportLine, import_discussion
from parley.core.db import close_pool, open_pool
from parley.core.events.redis import close_redis, open_redis
from parley.importing.passages import ImportedPassage
from parley.threads.opening import open_thread
from parley.transfer.exporting import export

SECONDS = 1.0
KEPT = "api.html"
COMMENTS = 5_000
BODY = "It depends on what is *counted*, and by whom: see https://example.org/figures for the sources."


async def measure(ground: Ground) -> list[Figure]:
    async with web() as running:
        figures = await _reading(ground, running)
    return [*figures, *await _moving(ground)]


async def _reading(ground: Ground, running: Web) -> list[Figure]:
    path = f"/api/v1/threads/{ground.community.read}/comments?limit=100"
    ground.keep(KEPT, await running.raw(path, {}))
    etag = (await running.http.get(path)).headers["etag"]
    whole = Figure("programs", "100 comments as JSON", "/s", [], [], 0.7)
    same = Figure("programs", "100 comments that did not change (304)", "/s", [], bar=5_000.0, least=True)
    # What the server and the framework take, where a route has nothing to do.
    beside = Figure("programs", "these beside an empty answer", "/s", [], [], 0.7)
    for _ in range(ROUNDS):
        for runs, asked in (
            (whole.runs, request("GET", path)),
            (whole.ceiling, request("GET", f"/bench/bytes/{KEPT}")),
            (same.runs, request("GET", path, if_none_match=etag)),
            (beside.ceiling, request("GET", "/bench/cpu")),
        ):
            runs.append((await drive(running.port, cycle([asked]), seconds=SECONDS)).rate)
    beside.runs = same.runs
    return [whole, same, beside]


async def _moving(ground: Ground) -> list[Figure]:
    """Comments by the second of an import, and rows of a public export."""
    await open_pool(ground.database_url, size=2, as_owner=True, statement_timeout="0")
    open_redis(ground.servers.redis_url)
    hooks.connect()
    imported = Figure("programs", "import of a discussion", "comments/s", [], bar=2_000.0, least=True)
    exported = Figure("programs", "export of the site", "rows/s", [], bar=20_000.0, least=True)
    for number in range(ROUNDS):
        imported.runs.append(await _import(number))
        exported.runs.append(await _export(ground))
    await close_redis()
    await close_pool()
    return [imported, exported]


async def _import(number: int) -> float:
    text = ArticleText(f"Imported {number}", [ImportedPassage("paragraph", None, "<p>Words.</p>", "Words.")])
    thread = (await open_thread(text=text, topic="research", starter=None)).id
    lines = [_line(number, one) for one in range(COMMENTS)]
    started = time.perf_counter()
    await import_discussion(thread, lines, lambda _: None)
    return COMMENTS / (time.perf_counter() - started)


def _line(round_: int, number: int) -> ImportLine:
    """A comment in a tree of ten levels, with an address as Disqus gives it."""
    parent = f"bench:{round_}-{number - 1}" if number % 10 else None
    return ImportLine(
        f"bench:{round_}-{number}", parent, f"member{number % 500}", 1.4e9 + number, f"{BODY} {number}", number % 7,
        email=f"member{number % 500}@example.org",
    )  # fmt: skip


async def _export(ground: Ground) -> float:
    rows: list[int] = []
    file, url = Path(ground.folder) / "site.jsonl", ground.database_url
    started = time.perf_counter()
    await export(url, file, site="bench", is_private=False, on_total=rows.append, on_progress=lambda _: None)
    return rows[0] / (time.perf_counter() - started)
