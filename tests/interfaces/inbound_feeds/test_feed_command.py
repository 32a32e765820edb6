"""`parley feed`."""

from pathlib import Path

import pytest

from parley.platform import db
from parley.platform.errors import CommandFailed, NotFound
from parley.site.cli import feed as commands
from tests.interfaces.inbound_feeds.conftest import FEED, Item, Web, rss

pytestmark = pytest.mark.anyio


async def run(name: str, *args: object, **options: object) -> dict[str, object]:
    """What a command returns, called in this process."""
    command = commands.feed.commands[name].callback
    found: dict[str, object] = await command.__wrapped__(*args, **options)  # type: ignore[union-attr]
    return found


async def test_a_feed_is_added_checked_paused_started_and_removed(web: Web) -> None:
    web.feed(rss(Item("a")))
    added = await run("add", FEED, "research", "CC BY 4.0", auto=True)
    number = added["id"]
    checked = await run("check", number)
    paused = await run("pause", number)
    started = await run("start", number)
    listed = await run("list")
    removed = await run("remove", number)

    assert (checked["waiting"], checked["title"], checked["basis"]) == (1, "A blog", "CC BY 4.0")
    assert (paused["state"], started["state"]) == ("paused", "active")
    assert "1 waiting for review" in str(listed["text"])
    assert removed["url"] == FEED
    assert "No feeds" in str((await run("list"))["text"])
    assert await db.value("select count(*) from mod_action where role = 'operator'") == 4
    with pytest.raises(CommandFailed, match="no feed"):
        await run("check", number)
    with pytest.raises(NotFound):
        await run("pause", number)


async def test_opml_adds_only_new_feeds(web: Web, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(f"<opml><body><outline xmlUrl='{FEED}'/><outline xmlUrl='https://b.example/'/></body></opml>")
    first = await run("import", file, "research", auto=False)
    second = await run("import", file, "research", auto=False)

    assert (first["added"], second["added"]) == (2, 0)
    assert "already" in str(second["text"])
    with pytest.raises(CommandFailed, match="no file"):
        await run("import", tmp_path / "none", "research", auto=False)
    file.write_text("words")
    with pytest.raises(CommandFailed, match="not an OPML"):
        await run("import", file, "research", auto=False)
