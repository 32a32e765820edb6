"""Making threads of approved entries."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec

from parley.articles.articles.addresses import same_site
from parley.articles.articles.duplicates import find_similar
from parley.articles.articles.ops import find_article
from parley.articles.articles.pictures import store_pictures
from parley.articles.articles.text import ArticleText
from parley.articles.imports.reading import read_fetched
from parley.discussion.threads.opening import open_thread
from parley.discussion.threads.tables import Thread
from parley.extraction.errors import CannotImport, SiteBusy
from parley.extraction.fetching.fetch import PAGES, fetch
from parley.extraction.html.passages import without_lost_pictures
from parley.interfaces.inbound_feeds import hosts, rules, sql
from parley.interfaces.inbound_feeds.tables import FeedItem
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.settings import settings
from parley.platform.text.messages import N_, Message, serialize

SECONDS = 60
# Shorter texts are lists, sign-in pages and error pages.
FEWEST_WORDS = 120
NOT_ARTICLE = N_("There is no article at this address that can be discussed.")


class ApprovedItem(msgspec.Struct, frozen=True):
    """An entry to make a thread of, and how its feed is used."""

    id: int
    url: str
    host: str
    topic: str
    display: str
    feed_url: str

    def may_be_full(self, text: ArticleText) -> bool:
        """Whether the feed's basis for full texts covers an article: it is on the feed's own site."""
        return self.display == "full" and same_site(text.url or self.url, self.feed_url)


async def claim() -> ApprovedItem | None:
    """Claim the entry that has waited longest, within the limits of its feed and of its host."""
    return await db.fetch_one(ApprovedItem, sql.CLAIM_ITEM)


async def make(item: ApprovedItem) -> None:
    """Make the thread of an entry, or record why that was not possible."""
    if not await hosts.reserve(item.host):
        await db.execute(sql.DEFER_ITEM, item.id, float(rules.HOST_SECONDS))
        return
    pause: float = rules.HOST_SECONDS
    try:
        async with asyncio.timeout(SECONDS):
            await _make(item, await _read(item))
    except SiteBusy as error:
        pause = rules.retry_seconds(error.retry_after, datetime.now(UTC))
        await db.execute(sql.DEFER_ITEM, item.id, pause)
    except CannotImport as error:
        await _settle(item, "failed", message=error.reason)
    except ParleyError as error:
        await _settle(item, "failed", message=error.message)
    except TimeoutError:
        await _settle(item, "failed", message=N_("Reading the article took too long."))
    finally:
        await hosts.release(item.host, pause)


async def _read(item: ApprovedItem) -> ArticleText:
    """Fetch the article of an entry. Raises CannotImport."""
    await hosts.check_robots(item.url)
    text = await read_fetched(await fetch(item.url, allow=settings().fetch_allow, accept=PAGES))
    if text.words < FEWEST_WORDS:
        raise CannotImport(NOT_ARTICLE)
    if not item.may_be_full(text):
        # Its pictures are not shown.
        return msgspec.structs.replace(text, excerpt_only=True)
    return msgspec.structs.replace(text, passages=without_lost_pictures(await store_pictures(text.passages)))


async def _make(item: ApprovedItem, text: ArticleText) -> None:
    async with db.atomic():
        article = await find_article(text) or await find_similar(text.fingerprint)
        if article is not None:
            thread = await db.value(Thread.select(Thread.id).where(Thread.article == article))
            await _settle(item, "known", thread)
            return
        opened = await open_thread(text=text, topic=item.topic, starter=None, revises=False)
        await _settle(item, "made" if opened.is_new else "known", opened.id)


async def _settle(item: ApprovedItem, state: str, thread: int | None = None, message: Message | None = None) -> None:
    values: dict[Any, Any] = {
        FeedItem.state: state,
        FeedItem.thread: thread,
        FeedItem.message: serialize(message) if message else "",
    }
    if state == "made":
        values[FeedItem.made_at] = db.NOW
    await FeedItem.update(values).where(FeedItem.id == item.id)
