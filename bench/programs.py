"""What programs do: read 100 comments as JSON, reply and vote as by htmx, and move discussions in and a site out."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import msgspec

from bench.data import AUTHORS
from bench.harness import ROUNDS, Harness, Web, web
from bench.load import drive, request
from bench.report import Figure
from bench.writing import HTMX, Write, reply, spread, vote
from parley.articles.articles.text import ArticleText
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.discussion.threads.opening import open_thread
from parley.extraction.html.passages import ImportedPassage
from parley.interfaces.api import tokens
from parley.people.accounts.viewer import Viewer
from parley.platform.db import close_pool, open_pool
from parley.platform.events.redis import close_redis, open_redis
from parley.site import hooks
from parley.site.transfer.exporting import export

SECONDS = 1.0
WRITERS = range(AUTHORS + 1, AUTHORS + 101)
KEPT = "api.html"
COMMENTS = 5_000
BODY = "It depends on what is *counted*, and by whom: see https://example.org/figures for the sources."


class Form(Protocol):
    """Makes the request that sends a form, as `reply` and `vote` do."""

    def __call__(self, cookies: Sequence[str], write: Write, /, **headers: str) -> bytes: ...


async def measure(harness: Harness) -> list[Figure]:
    async with web() as running:
        figures = [*await _reading(harness, running), *await _writing(harness, running)]
    return [*figures, *await _moving(harness)]


async def _reading(harness: Harness, running: Web) -> list[Figure]:
    path = f"/api/v1/threads/{harness.community.read}/comments?limit=100"
    harness.keep(KEPT, await running.raw(path, {}))
    etag = await running.etag(path)
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


async def _writing(harness: Harness, running: Web) -> list[Figure]:
    """Replies and votes beside the same by htmx."""
    community = harness.community
    await open_pool(harness.database_url, size=2, as_owner=True)
    of_member = {member: await _token(member) for member in WRITERS}
    await close_pool()

    def by_htmx(form: Form, writes: Iterator[Write]) -> Iterator[bytes]:
        return (form(community.cookies, one, **HTMX) for one in writes)

    def by_api(ask: Callable[[Write], tuple[str, str, object]], writes: Iterator[Write]) -> Iterator[bytes]:
        return (_sent(*ask(one), of_member[one.member]) for one in writes)

    kinds = [
        ("reply, beside one by htmx", 21, partial(by_api, _reply), partial(by_htmx, reply)),
        ("vote, beside one by htmx", 23, partial(by_api, _vote), partial(by_htmx, vote)),
    ]
    figures = []
    for name, seed, ours, theirs in kinds:
        figure = Figure("programs", name, "/s", [], [], 0.9)
        for _ in range(ROUNDS):
            for rates, made in ((figure.runs, ours), (figure.ceiling, theirs)):
                requests = made(spread(community, seed, members=WRITERS))
                rates.append((await drive(running.port, requests, seconds=SECONDS)).rate)
        figures.append(figure)
    return figures


async def _token(member: int) -> str:
    viewer = Viewer(id=member, name=f"member{member}", role="member", verified=True, session=0)
    return await tokens.make(viewer, "bench", ["comment", "vote"], 7)


def _reply(write: Write) -> tuple[str, str, object]:
    body = {"body": write.body, "parent": write.comment, "submission": str(uuid4())}
    return "POST", f"/api/v1/threads/{write.thread}/comments", body


def _vote(write: Write) -> tuple[str, str, object]:
    return "PUT", f"/api/v1/comments/{write.comment}/votes/quality", {"value": write.value}


def _sent(method: str, path: str, content: object, token: str) -> bytes:
    headers = {"Content_Type": "application/json", "Authorization": f"Bearer {token}"}
    return request(method, path, msgspec.json.encode(content), **headers)


async def _moving(harness: Harness) -> list[Figure]:
    """Comments by the second of an import, and rows of a public export."""
    await open_pool(harness.database_url, size=2, as_owner=True, statement_timeout="0")
    open_redis(harness.servers.redis_url)
    hooks.connect()
    imported = Figure("programs", "import of a discussion", "comments/s", [], bar=2_000.0, least=True)
    exported = Figure("programs", "export of the site", "rows/s", [], bar=20_000.0, least=True)
    for number in range(ROUNDS):
        imported.runs.append(await _import(number))
        exported.runs.append(await _export(harness))
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


async def _export(harness: Harness) -> float:
    rows: list[int] = []
    file, url = Path(harness.folder) / "site.jsonl", harness.database_url
    started = time.perf_counter()
    await export(url, file, site="bench", is_private=False, on_total=rows.append, on_progress=lambda _: None)
    return rows[0] / (time.perf_counter() - started)
