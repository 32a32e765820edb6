"""Adding, changing and removing feeds, and deciding on their entries."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urldefrag

import msgspec
from piccolo.columns.combination import Where

from parley.articles.articles.rules import is_web_address
from parley.discussion.threads.tables import Topic
from parley.interfaces.inbound_feeds import sql
from parley.interfaces.inbound_feeds.rules import FETCHING, MAKING, feed_address
from parley.interfaces.inbound_feeds.tables import InboundFeed
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_, Message


class FeedUse(msgspec.Struct, frozen=True):
    """How a feed is used. The `display` `full` needs a `basis`."""

    topic: str
    mode: str = "review"
    display: str = "excerpt"
    basis: str = ""


async def add_feed(viewer: Viewer | None, url: str, use: FeedUse) -> int:
    """Add a feed and return its id. The worker fetches it at once, and offers its newest entries for review.

    Raises Refused if `url` is not an address or is in the list already, or if no feed can have this use.
    """
    url = feed_address(url)
    if not is_web_address(url):
        raise Refused(N_("This is not a web address. It should look like https://example.org/feed.xml."))
    url = urldefrag(url).url
    async with db.atomic():
        await _check(use)
        fields = msgspec.structs.asdict(use)
        new = InboundFeed(url=url, host=host_of(url), added_by=viewer.id if viewer else None, **fields)
        inserted = await InboundFeed.insert(new).on_conflict(InboundFeed.url, "DO NOTHING").returning(InboundFeed.id)
        if not inserted:
            raise Refused(N_("This feed is in the list already."))
        feed: int = inserted[0]["id"]
        await _log(viewer, "feed.add", feed, after=fields | {"url": url})
        db.after_commit(lambda: wake_job(FETCHING))
    return feed


class AddedFeeds(msgspec.Struct, frozen=True):
    """How many feeds of a list were added, and why the others were not, by their addresses."""

    added: int
    refused: dict[str, Message]


async def add_feeds(viewer: Viewer | None, urls: Sequence[str], use: FeedUse) -> AddedFeeds:
    """Add the feeds of a list that can be added. Raises Refused if no feed can have this use."""
    await _check(use)
    refused: dict[str, Message] = {}
    for url in urls:
        try:
            await add_feed(viewer, url, use)
        except Refused as error:
            refused[url] = error.message
    return AddedFeeds(len(urls) - len(refused), refused)


async def _check(use: FeedUse) -> None:
    if not await Topic.exists().where(Topic.slug == use.topic):
        raise Refused(N_("There is no topic {topic}."), topic=use.topic)
    if use.display == "full" and not use.basis.strip():
        raise Refused(N_("Please write why the full text may be shown, such as the licence or the agreement."))


async def _log(
    viewer: Viewer | None, action: str, feed: int, *, before: dict[str, Any] | None = None, after: dict[str, Any]
) -> None:
    await modlog.write(viewer, Entry(action, "feed", feed, before or {}, after), role="operator")


async def change_feed(viewer: Viewer | None, feed: int, use: FeedUse) -> None:
    """Change how a feed is used, from its next entries on. Raises NotFound and Refused."""
    async with db.atomic():
        await _check(use)
        former = await db.fetch_one(FeedUse, InboundFeed.select().where(InboundFeed.id == feed).lock_rows())
        if former is None:
            raise NotFound
        if former != use:
            after: dict[Any, Any] = msgspec.structs.asdict(use)
            await InboundFeed.update(after).where(InboundFeed.id == feed)
            await _log(viewer, "feed.change", feed, before=msgspec.structs.asdict(former), after=after)


async def pause_feed(viewer: Viewer | None, feed: int) -> None:
    """Stop fetching a feed until it is started again. Raises NotFound."""
    running = InboundFeed.state.is_in(["active", "stopped"])
    await _switch(viewer, "feed.pause", feed, running, {InboundFeed.state: "paused"})


async def start_feed(viewer: Viewer | None, feed: int) -> None:
    """Fetch a feed again that was paused, stopped or gone. Raises NotFound."""
    values: dict[Any, Any] = {
        InboundFeed.state: "active",
        InboundFeed.note: "",
        InboundFeed.failures: 0,
        InboundFeed.failing_since: None,
        InboundFeed.due_at: db.NOW,
    }
    await _switch(viewer, "feed.start", feed, InboundFeed.state != "active", values)


async def _switch(viewer: Viewer | None, action: str, feed: int, condition: Where, values: dict[Any, Any]) -> None:
    async with db.atomic():
        if await InboundFeed.update(values).where(InboundFeed.id == feed, condition).returning(InboundFeed.id):
            await _log(viewer, action, feed, after={})
            db.after_commit(lambda: wake_job(FETCHING))
        else:
            await _require(feed)


async def _require(feed: int) -> None:
    if not await InboundFeed.exists().where(InboundFeed.id == feed):
        raise NotFound


async def fetch_soon(feed: int) -> None:
    """Have the worker fetch a feed now. Raises NotFound."""
    async with db.atomic():
        active = InboundFeed.id == feed, InboundFeed.state == "active"
        if not await InboundFeed.update({InboundFeed.due_at: db.NOW}).where(*active).returning(InboundFeed.id):
            await _require(feed)
        db.after_commit(lambda: wake_job(FETCHING))


async def remove_feed(viewer: Viewer | None, feed: int) -> str:
    """Remove a feed with its entries, and return its address. Its threads stay. Raises NotFound."""
    async with db.atomic():
        deleted = await InboundFeed.delete().where(InboundFeed.id == feed).returning(InboundFeed.url)
        if not deleted:
            raise NotFound
        await _log(viewer, "feed.remove", feed, after=deleted[0])
    url: str = deleted[0]["url"]
    return url


async def approve(viewer: Viewer, feed: int, items: Sequence[int] | None = None) -> int:
    """Have the worker make threads of these entries, or of all that wait. Return how many there are."""
    async with db.atomic():
        count = await db.execute(sql.DECIDE_ITEMS, feed, "approved", viewer.id, items)
        db.after_commit(lambda: wake_job(MAKING))
    return count


async def skip(viewer: Viewer, feed: int, items: Sequence[int] | None = None) -> int:
    """Make no threads of these entries, or of all that wait. Return how many there are."""
    return await db.execute(sql.DECIDE_ITEMS, feed, "skipped", viewer.id, items)
