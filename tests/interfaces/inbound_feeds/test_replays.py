"""Successive snapshots of real feeds, over months: nothing is lost, nothing is doubled."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from litestar import Litestar

from parley.interfaces.inbound_feeds import rules
from parley.interfaces.inbound_feeds.ingesting import ingest
from parley.interfaces.inbound_feeds.parsing import parse
from parley.interfaces.inbound_feeds.rules import FeedDocument
from parley.platform import db
from tests.conftest import SHARED
from tests.interfaces.inbound_feeds.conftest import add

pytestmark = pytest.mark.anyio

FOLDER = SHARED / "feeds"
EVERY = "select encode(key, 'hex') from feed_item where feed = $1"
OFFERED = "select encode(key, 'hex') from feed_item where feed = $1 and state in ('waiting', 'approved')"


def snapshots() -> Iterator[tuple[str, list[tuple[datetime, Path]]]]:
    """The snapshots of each feed with the time at which it looked so."""
    path = FOLDER / "ai-snapshots" / "manifest.json"
    rows = json.loads(path.read_text()) if path.is_file() else []
    names = sorted({row["file"].split("/")[0] for row in rows})
    for name in names:
        files = [row for row in rows if row["file"].startswith(f"{name}/")]
        yield name, [(datetime.fromisoformat(row["date"]), FOLDER / "ai-snapshots" / row["file"]) for row in files]


def read(path: Path) -> FeedDocument:
    document = parse(path.read_bytes(), "https://blog.example/feed.xml")
    assert document is not None
    return document


async def taken(feed: int, document: FeedDocument, at: datetime) -> int:
    count = await ingest(feed, document, at)
    await db.execute("update inbound_feed set fetched_at = $2, state = 'active' where id = $1", feed, at)
    return count


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real material is not here")
@pytest.mark.parametrize(("name", "steps"), list(snapshots()))
async def test_replayed_snapshots_lose_and_double_no_entry(
    app: Litestar, name: str, steps: list[tuple[datetime, Path]]
) -> None:
    feed, seen, fresh = await add(), set[str](), set[str]()
    for number, (at, path) in enumerate(steps):
        document = read(path)
        keys = {rules.key_of(one.url).hex(): one for one in document.entries}
        new = {key for key in keys if key not in seen}
        recent = {key for key in new if (day := keys[key].published_at) is None or day >= at - rules.OLDEST}
        assert await taken(feed, document, at) == len(new)
        assert await taken(feed, document, at) == 0
        seen |= new
        fresh |= recent if number else set()

    assert sorted(await db.values(EVERY, feed)) == sorted(seen)
    # Whatever appeared later and was not old then is offered.
    assert fresh <= set(await db.values(OFFERED, feed))


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the real material is not here")
async def test_every_real_feed_is_read_and_each_entry_kept_once(app: Litestar) -> None:
    paths = [one for kind in ("ai-blogs", "real-blogs") for one in sorted((FOLDER / kind).iterdir())]
    for number, path in enumerate(paths):
        if path.suffix not in {".xml", ".rss", ".atom", ".json"} or not (document := parse(path.read_bytes(), "")):
            continue
        feed = await add(f"https://blog{number}.example/")
        await taken(feed, document, datetime.fromisoformat("2026-11-27T00:00:00Z"))
        count = await db.value("select count(*) from feed_item where feed = $1", feed)
        assert count == len({one.url.removeprefix("https://").removeprefix("http://") for one in document.entries})
