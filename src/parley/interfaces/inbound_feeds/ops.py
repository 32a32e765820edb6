"""Adding, changing and removing feeds, and deciding on their entries."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urldefrag

import msgspec

from parley.articles.articles.rules import is_web_address
from parley.discussion.threads.tables import Topic
from parley.interfaces.inbound_feeds.documents import feed_address
from parley.interfaces.inbound_feeds.rules import FETCHING, MAKING
from parley.interfaces.inbound_feeds.tables import InboundFeed
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import Viewer
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_, Message

NO_FEED = N_("There is no such feed.")


class FeedUse(msgspec.Struct, frozen=True):
    """How a feed is used. The `display` `full` needs a `basis`."""

    topic: str
    mode: str = "review"
    display: str = "excerpt"
    basis: str = ""


INSERT_FEED = """
insert into inbound_feed (url, host, topic, mode, display, basis, added_by, created_at, due_at)
values ($1, $2, $3, $4, $5, $6, $7, now(), now()) on conflict (url) do nothing returning id
"""


async def add_feed(viewer: Viewer | None, url: str, use: FeedUse) -> int:
    """Add a feed and return its id. The worker fetches it at once, and offers its newest entries for review.

    Raises Refused for what is no address, is in the list already, has no topic, or is shown in full without a basis.
    """
    url = feed_address(url)
    if not is_web_address(url):
        raise Refused(N_("This is not a web address. It should look like https://example.org/feed.xml."))
    url = urldefrag(url).url
    async with db.atomic():
        await _check(use)
        added_by = viewer.id if viewer else None
        feed = await db.value(INSERT_FEED, url, host_of(url), use.topic, use.mode, use.display, use.basis, added_by)
        if feed is None:
            raise Refused(N_("This feed is in the list already."))
        await _log(viewer, "feed.add", feed, after=_record_fields(use) | {"url": url})
        db.after_commit(lambda: wake_job(FETCHING))
    return int(feed)


class AddedFeeds(msgspec.Struct, frozen=True):
    """How many feeds of a list were added, and why the others were not, by their addresses."""

    added: int
    refused: dict[str, Message]


async def add_feeds(viewer: Viewer | None, urls: Sequence[str], use: FeedUse) -> AddedFeeds:
    """Add each feed of a list that can be added. Raises Refused for a use that no feed can have."""
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


def _record_fields(use: FeedUse) -> dict[str, Any]:
    return {"topic": use.topic, "mode": use.mode, "display": use.display, "basis": use.basis}


async def _log(
    viewer: Viewer | None, action: str, feed: int, *, before: dict[str, Any] | None = None, after: dict[str, Any]
) -> None:
    await modlog.write(viewer, Entry(action, "feed", feed, before or {}, after), role="operator")


SELECT_FORMER = "select topic, mode, display, basis from inbound_feed where id = $1 for update"


async def change_feed(viewer: Viewer | None, feed: int, use: FeedUse) -> None:
    """Change how a feed is used, from its next entries on. Raises NotFound and Refused."""
    async with db.atomic():
        await _check(use)
        former = await db.fetch_one(FeedUse, SELECT_FORMER, feed)
        if former is None:
            raise NotFound(NO_FEED)
        values: dict[Any, Any] = {
            InboundFeed.topic: use.topic,
            InboundFeed.mode: use.mode,
            InboundFeed.display: use.display,
            InboundFeed.basis: use.basis,
        }
        await InboundFeed.update(values).where(InboundFeed.id == feed)
        if former != use:
            await _log(viewer, "feed.change", feed, before=_record_fields(former), after=_record_fields(use))


PAUSE_FEED = "update inbound_feed set state = 'paused' where id = $1 and state in ('active', 'stopped')"
START_FEED = """
update inbound_feed set state = 'active', note = '', failures = 0, failing_since = null, due_at = now()
where id = $1 and state <> 'active'
"""


async def pause_feed(viewer: Viewer | None, feed: int) -> None:
    """Stop fetching a feed until it is started again. Raises NotFound."""
    await _switch(viewer, feed, PAUSE_FEED, "feed.pause")


async def start_feed(viewer: Viewer | None, feed: int) -> None:
    """Fetch a feed again that was paused, stopped or gone. Raises NotFound."""
    await _switch(viewer, feed, START_FEED, "feed.start")


async def _switch(viewer: Viewer | None, feed: int, statement: str, action: str) -> None:
    async with db.atomic():
        if await db.execute(statement, feed):
            await _log(viewer, action, feed, after={})
            db.after_commit(lambda: wake_job(FETCHING))
        else:
            await _require(feed)


async def _require(feed: int) -> None:
    if not await InboundFeed.exists().where(InboundFeed.id == feed):
        raise NotFound(NO_FEED)


async def fetch_soon(feed: int) -> None:
    """Let the worker fetch a feed now. Raises NotFound."""
    async with db.atomic():
        if not await db.execute("update inbound_feed set due_at = now() where id = $1 and state = 'active'", feed):
            await _require(feed)
        db.after_commit(lambda: wake_job(FETCHING))


DELETE_FEED = "delete from inbound_feed where id = $1 returning url"


async def remove_feed(viewer: Viewer | None, feed: int) -> str:
    """Remove a feed and what is known of its entries, and return its address. Its threads stay. Raises NotFound."""
    async with db.atomic():
        url = await db.value(DELETE_FEED, feed)
        if url is None:
            raise NotFound(NO_FEED)
        await _log(viewer, "feed.remove", feed, after={"url": url})
    return str(url)


# What waits; and one that was decided or not offered, if a moderator names it.
DECIDE_ITEMS = """
update feed_item set state = $2, decided_by = $3, message = '', due_at = now()
where feed = $1 and case when $4::bigint[] is null then state = 'waiting'
                         else id = any($4) and state in ('waiting', 'old', 'skipped', 'failed') end
"""


async def approve(viewer: Viewer, feed: int, items: Sequence[int] | None = None) -> int:
    """Let the worker make threads of entries, or of all that wait, and return how many these are."""
    async with db.atomic():
        count = await db.execute(DECIDE_ITEMS, feed, "approved", viewer.id, items)
        db.after_commit(lambda: wake_job(MAKING))
    return count


async def skip(viewer: Viewer, feed: int, items: Sequence[int] | None = None) -> int:
    """Make no threads of entries, or of all that wait, and return how many these are."""
    return await db.execute(DECIDE_ITEMS, feed, "skipped", viewer.id, items)
