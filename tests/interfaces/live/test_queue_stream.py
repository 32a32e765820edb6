"""The moderators' queue, live: new items, claims and decisions; for staff only."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest

from parley.interfaces.live.queue_stream import QueueStream, QueueStreams
from parley.moderation.decisions import undoing
from parley.moderation.modqueue import claims
from parley.moderation.modqueue.filters import QueueFilter
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.interfaces.live.forum import Forum, Web, browser_of, cookie_of
from tests.interfaces.live.reader import Reader
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio


class Watcher(Reader):
    """A reader of the queue, as of now."""

    def __init__(self, web: Web, cookie: str, query: str = "") -> None:
        super().__init__([web.address], 0, cookie=cookie)
        self.path = f"/mod/queue/live{query}"

    @property
    def news(self) -> str:
        return next((message for message in reversed(self.messages) if "queue-news" in message), "")

    async def hears(self, *words: str) -> None:
        await self.until(lambda _: all(word in self.news for word in words))


@pytest.fixture
def web(nudged: Web) -> Web:
    return nudged


@pytest.fixture
async def mo(forum: Forum) -> Viewer:
    await db.execute("update queue_item set state = 'done' where state = 'open'")
    return await make.member(role="moderator")


async def test_new_items_are_counted_after_a_signal(web: Web, mo: Viewer) -> None:
    async with Watcher(web, await cookie_of(mo)) as watcher:
        await watcher.open()
        await reported()
        await watcher.hears("1 new item", 'hx-target="#waiting-count" hx-swap="innerHTML">1<')
        await reported()
        await watcher.hears("2 new items")


async def test_other_moderators_claims_decisions_and_undos_are_shown(web: Web, mo: Viewer) -> None:
    item, olga = await reported(), await make.member("olga", role="moderator")
    async with Watcher(web, await cookie_of(mo)) as watcher:
        await watcher.open()
        await claims.claim(olga, item)
        await watcher.hears(f'<li data-item="{item}"><bdi>olga</bdi> is reviewing this</li>')
        decision = await decided(item, olga)
        await watcher.hears(f'<li data-item="{item}" data-decided>Removed by <bdi>olga</bdi></li>')
        await undoing.undo(olga, decision)
        await watcher.until(lambda _: "olga" not in watcher.news)


async def test_the_stream_respects_the_filter_of_the_page(web: Web, mo: Viewer) -> None:
    async with Watcher(web, await cookie_of(mo), "?ground=hate") as watcher:
        await watcher.open()
        await reported()
        await reported(ground="hate")
        await watcher.hears("1 new item")


async def test_without_a_signal_the_poll_finds_new_items(forum: Forum, quick: Web, mo: Viewer) -> None:
    item = await reported()
    async with Watcher(quick, await cookie_of(mo)) as watcher:
        await watcher.open()
        # Only the row changes, as if its signal had been lost.
        await db.execute("update queue_item set opened_at = now() + interval '1 second' where id = $1", item)
        await watcher.hears("1 new item")


@pytest.mark.parametrize(
    "change",
    [
        "update member set role = 'member' where id = $1",
        "update member set state = 'suspended' where id = $1",
        "update member set state = 'silenced', state_until = now() + interval '1 hour' where id = $1",
        "delete from session where member = $1",
    ],
)
async def test_the_queue_stream_ends_for_a_former_moderator(web: Web, mo: Viewer, change: str) -> None:
    other = await make.member(role="admin")
    async with Watcher(web, await cookie_of(mo)) as watcher, Watcher(web, await cookie_of(other)) as stays:
        await asyncio.gather(watcher.open(), stays.open())
        watcher.again = False
        await db.execute(change, mo.id)
        await watcher.until(lambda one: one.byes == 1)
        assert stays.byes == 0


@pytest.mark.parametrize("role", [None, "member"])
async def test_members_and_visitors_cannot_open_it(forum: Forum, web: Web, role: str | None) -> None:
    cookie = await cookie_of(await make.member(role=role)) if role else ""
    async with browser_of(cookie) as browser:
        assert (await browser.get(f"{web.address}/mod/queue/live")).status_code == 404


async def test_the_page_names_the_stream_and_the_moment_it_begins(forum: Forum, web: Web, mo: Viewer) -> None:
    await reported()
    async with browser_of(await cookie_of(mo)) as browser:
        page = await browser.get(f"{web.address}/mod/queue?kind=comment")
    stream = re.search(r'data-stream="([^"]+)"', page.text)
    assert stream
    address = httpx.URL(web.address + stream[1].replace("&amp;", "&"))
    assert address.params["kind"] == "comment"
    async with Watcher(web, await cookie_of(mo), f"?since={address.params['since']}") as watcher:
        await watcher.open()
        await reported()
        await watcher.hears("1 new item")


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 16, "9" * 30])
async def test_an_invalid_time_in_the_address_is_ignored(web: Web, mo: Viewer, since: str) -> None:
    async with Watcher(web, await cookie_of(mo), f"?since={since}") as watcher:
        await watcher.open()
        await reported()
        await watcher.hears('hx-target="#waiting-count" hx-swap="innerHTML">1<')


async def test_a_former_moderators_stream_stays_until_its_connection_closes(forum: Forum) -> None:
    """Otherwise a stream whose connection hangs is never aborted."""
    streams = QueueStreams(5.0)
    stream = QueueStream(await make.member(), QueueFilter(), datetime.now(UTC))
    streams.open.add(stream)

    await streams.end_invalid()

    assert stream._ended and stream in streams.open
