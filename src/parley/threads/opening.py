"""Opening a thread with its article, or leading to the one that the article has."""

import re
import unicodedata

import msgspec

from parley.articles import imports
from parley.articles import ops as articles
from parley.articles import queries as article_queries
from parley.articles.text import ArticleText
from parley.articles.updating import as_update
from parley.core import db
from parley.core.errors import NotFound, Refused
from parley.core.events.event_log import emit
from parley.threads.ranking import HOT_SECONDS
from parley.threads.updating import Taken, take_update

SLUG = 80
# What stands after the thread's number in other addresses: a title must not take their place.
TAKEN = {
    "archive",
    "article",
    "comments",
    "follow",
    "live",
    "lock",
    "mute",
    "pick",
    "revise",
    "revisions",
    "seen",
    "slow",
    "unlock",
    "updates",
}


def slugify(title: str) -> str:
    """The title as a readable part of an address; "thread" when nothing of it can be."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG].strip("-") or "thread"
    return f"{slug}-thread" if slug in TAKEN else slug


class OpenedThread(msgspec.Struct, frozen=True):
    """The thread of an article: `is_new`, or there before, its article perhaps updated with what was `taken`."""

    id: int
    slug: str
    is_new: bool = True
    taken: Taken | None = None

    @property
    def revised(self) -> bool:
        return self.taken is not None and self.taken.revised

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


async def open_thread(*, text: ArticleText, topic: str, starter: int | None) -> OpenedThread:
    """Open a thread for `text`, or lead to the one its article already has.

    The operator, who has no `starter`, revises that one. A member's second import changes nothing: it can be suggested
    as an update (suggestions.py). Raises Refused when there is no such topic.
    """
    async with db.atomic():
        # Two imports of one address at a time must not make two threads.
        await db.value("select pg_advisory_xact_lock(hashtextextended($1, 0))", text.url or text.title)
        if not await db.value("select 1 from topic where slug = $1", topic):
            known = ", ".join(await db.values("select slug from topic order by position"))
            raise Refused(f"There is no topic {topic}. Please choose one of: {known}.")
        article = await articles.same_as(text)
        if article is None:
            return await _insert(await articles.add_article(text), text, topic, starter)
        return await (_revise(article, text) if starter is None else _existing(article))


async def _insert(article: int, text: ArticleText, topic: str, starter: int | None) -> OpenedThread:
    slug = slugify(text.title)
    thread = await db.value(
        "insert into thread (article, topic, title, slug, starter) values ($1, $2, $3, $4, $5) returning id",
        article,
        topic,
        text.title,
        slug,
        starter,
    )
    await db.execute(
        "insert into thread_stats (thread, hot) "
        "select id, extract(epoch from created_at) / $2 from thread where id = $1",
        thread,
        HOT_SECONDS,
    )
    await emit("thread.opened", thread=thread, actor=starter)
    return OpenedThread(thread, slug)


OPENED = "select id, slug, false as is_new, null as taken from thread where article = $1 for no key update"


async def _existing(article: int) -> OpenedThread:
    """The thread of an article, locked. Raises NotFound."""
    found = await db.fetch_one(OpenedThread, OPENED, article)
    if found is None:
        raise NotFound("The article of this address has no thread.")
    return found


async def revise_from_source(article: int, text: ArticleText) -> bool:
    """Take what the page of an article says now; False when that, with what was edited here, changes nothing."""
    async with db.atomic():
        return (await _revise(article, text)).revised


async def _revise(article: int, text: ArticleText) -> OpenedThread:
    found = await _existing(article)
    row = await article_queries.of_thread(found.id)
    if row is None or text.url is None:
        # The very words of one of its versions: nothing new.
        return found
    update = await as_update(row, text)
    return msgspec.structs.replace(found, taken=await take_update(found.id, article, update, decided=False))


async def publish_import(*, import_id: int, text: ArticleText, topic: str, starter: int) -> OpenedThread:
    """Open the thread of an import and mark the import as published, in one go.

    Where the article has a thread already, the import stays as it is, so that it can be suggested as an update.
    """
    async with db.atomic():
        opened = await open_thread(text=text, topic=topic, starter=starter)
        if opened.is_new:
            await imports.published(import_id, opened.id)
    return opened
