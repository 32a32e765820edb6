"""A site with a feed and articles, fetched from memory; parsed in this process unless a test is about the child."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import msgspec
import pytest
from litestar import Litestar

from parley.articles.articles.text import ArticleText
from parley.extraction.errors import PageGone, Unchanged
from parley.extraction.fetching.fetch import Download
from parley.interfaces.inbound_feeds import fetching, hosts, jobs, ops, publishing, sandbox
from parley.interfaces.inbound_feeds.ops import FeedUse
from parley.platform import db
from parley.platform.text.messages import N_
from tests import make

NOW = datetime.now(UTC)
FEED = "https://blog.example/feed.xml"


class Item(msgspec.Struct, frozen=True):
    """An entry of a feed; `age` in days."""

    slug: str
    age: float | None = 0.0
    title: str = ""
    guid: str = ""


def rss(*items: Item, more: str = "") -> bytes:
    """An RSS feed with these entries."""
    entries = []
    for one in items:
        date = format_datetime(NOW - timedelta(days=one.age)) if one.age is not None else None
        guid = f"<guid isPermaLink='false'>{one.guid}</guid>" if one.guid else ""
        dated = f"<pubDate>{date}</pubDate>" if date else ""
        link = one.slug if "://" in one.slug else f"https://blog.example/{one.slug}"
        entries.append(f"<item><title>{one.title or one.slug}</title><link>{link}</link>{guid}{dated}</item>")
    return f"<rss version='2.0'><channel><title>A blog</title>{more}{''.join(entries)}</channel></rss>".encode()


class Web:
    """The pages of all sites by address: bytes of a feed, the text of an article, or an error."""

    def __init__(self) -> None:
        self.pages: dict[str, Download | ArticleText | Exception] = {}
        self.asked: list[str] = []

    def feed(self, body: bytes, url: str = FEED, **more: object) -> None:
        fetched = Download(url, url, "application/rss+xml", None, body, '"v1"', None)
        self.pages[url] = msgspec.structs.replace(fetched, **more)

    def article(self, slug: str, words: int = 150, **more: object) -> None:
        url = f"https://blog.example/{slug}"
        text = make.text(" ".join(f"{slug}{n}" for n in range(words)), title=slug, url=url, fetched=True)
        self.pages[url] = msgspec.structs.replace(text, **more)

    async def fetch(self, url: str, *, etag: str | None = None, **_more: object) -> Download:
        self.asked.append(url)
        found = self.pages.get(url)
        if found is None:
            raise PageGone(N_("Nothing there."))
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Download):
            if etag and etag == found.etag:
                raise Unchanged
            return found
        return Download(url, url, "text/html", None, b"", None, None)

    async def read(self, fetched: Download) -> ArticleText:
        found = self.pages[fetched.url]
        assert isinstance(found, ArticleText)
        return found


@pytest.fixture
def web(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> Web:
    web = Web()
    for module in (fetching, publishing, hosts):
        monkeypatch.setattr(module, "fetch", web.fetch)
    monkeypatch.setattr(publishing, "read_fetched", web.read)
    return web


@pytest.fixture(autouse=True)
def parsed_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds are parsed without the process that takes half a second to start, except where that is what is tested."""
    if request.node.get_closest_marker("sandboxed"):
        return

    async def answer(asked: bytes) -> bytes:
        return await asyncio.to_thread(sandbox.answer, asked)

    monkeypatch.setattr(sandbox, "answer_of_child", answer)


async def add(url: str = FEED, **use: str) -> int:
    return await ops.add_feed(None, url, FeedUse(**{"topic": "research"} | use))


async def fetch_now(feed: int) -> None:
    """Fetch a feed, whatever its pause and that of its host."""
    await db.execute("update feed_host set next_at = now()")
    due = await fetching.one(feed)
    assert due is not None
    await fetching.check(due)


async def make_now() -> int:
    """Make threads of what is approved, without the pauses between two requests to a host."""
    count = 0
    while True:
        await db.execute("update feed_host set next_at = now()")
        if not await jobs.make_approved():
            return count
        count += 1


async def states(feed: int) -> dict[str, str]:
    """The state of each item, by the last part of its address."""
    rows = await db.values(
        "select regexp_replace(url, '.*/', '') || ' ' || state from feed_item where feed = $1 order by id", feed
    )
    return dict(row.rsplit(" ", 1) for row in rows)


async def column(feed: int, name: str) -> object:
    return await db.value(f"select {name} from inbound_feed where id = $1", feed)


async def trust(feed: int) -> None:
    """Let a feed have been approved ten times."""
    admin = await make.member(role="admin")
    await db.execute(
        """insert into feed_item (feed, key, url, host, state, decided_by, seen_at, due_at)
           select $1, sha256(n::text::bytea), 'https://blog.example/former' || n, 'blog.example', 'known', $2, now(),
                  now() from generate_series(1, 10) n""",
        feed,
        admin.id,
    )
