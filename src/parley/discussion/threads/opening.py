"""Opening a thread with its article, or finding the one that the article has."""

import re
import unicodedata
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import msgspec

from parley.articles.articles import ops as articles
from parley.articles.articles import queries as article_queries
from parley.articles.articles.restricting import check_not_removed
from parley.articles.articles.text import ArticleText
from parley.articles.imports import ops as imports
from parley.articles.revisions import losses
from parley.articles.revisions.revising import RevisionNote
from parley.articles.revisions.updating import as_update
from parley.discussion.threads.locks import turn
from parley.discussion.threads.queries import hot, topics
from parley.discussion.threads.tables import Thread, ThreadStats
from parley.discussion.threads.updating import UpdateResult, apply_update
from parley.platform import db
from parley.platform.errors import NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_
from parley.platform.text.normal_forms import normalize

MAX_SLUG, MAX_ENCODED = 80, 240  # letters, and what they take in an address
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
# Words that follow the thread's number in other addresses, so that they cannot be slugs.
RESERVED = {
    "answer",
    "archive",
    "article",
    "author-reply",
    "claim",
    "comments",
    "correct",
    "deck",
    "follow",
    "keep",
    "live",
    "lock",
    "moderate",
    "mute",
    "notes",
    "pick",
    "report",
    "revise",
    "revisions",
    "rights",
    "seen",
    "slow",
    "thesis",
    "unlock",
    "updates",
}
# Called in the transaction that opens a thread, with its id, what its article claims and the member who says so;
# hooks.py fills this in.
set_thesis: list[Callable[[int, str, int | None], Awaitable[None]]] = []
# Called with a topic and the member who opens a thread in it, who may be refused; hooks.py fills this in.
before_open: list[Callable[[str, int], Awaitable[None]]] = []
SELECT_OPENED = f"""
with turn as materialized (select id as thread, {turn("id")} from thread where article = $1)
select t.id, t.slug, false as is_new, null as result
from turn join thread t on t.id = turn.thread for no key update of t
"""  # noqa: S608 constants only


def slugify(title: str) -> str:
    """Return the title as a readable part of an address, or "thread" if it has no letter.

    Latin letters lose their accents. Those of other scripts are percent-encoded, as an address has them.
    """
    plain = normalize("NFC", _ACCENTS.sub("", normalize("NFKD", title.lower())))
    letters = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in plain)
    slug = "-".join(letters.split())[:MAX_SLUG]
    while len(quote(slug)) > MAX_ENCODED:
        slug = slug[:-1]
    slug = quote(slug.strip("-")) or "thread"
    return f"{slug}-thread" if slug in RESERVED else slug


class OpenedThread(msgspec.Struct, frozen=True):
    """The thread of an article. One that is not new may have been updated, with this `result`."""

    id: int
    slug: str
    is_new: bool = True
    result: UpdateResult | None = None

    @property
    def revised(self) -> bool:
        return self.result is not None and self.result.revised

    @property
    def address(self) -> str:
        return f"/t/{self.id}/{self.slug}"


async def open_thread(
    *, text: ArticleText, topic: str, starter: int | None, revises: bool = True, thesis: str | None = None
) -> OpenedThread:
    """Open a thread for `text`, or return the one that its article has already.

    Without a `starter`, that is from the command line, the existing article is revised, unless `revises` is False. A
    member's second import changes nothing; it can be suggested as an update (suggestions/ops.py). Raises Refused when
    there is no such topic, and for a text that was taken down here.
    """
    async with db.atomic():
        # Two imports of one address at once must not open two threads.
        await db.value("select pg_advisory_xact_lock(hashtextextended($1, 0))", text.url or text.title)
        if topic not in (known := [row.slug for row in await topics()]):
            message = N_("There is no topic {topic}. Please choose one of: {known}.")
            raise Refused(message, topic=topic, known=", ".join(known))
        article = await articles.find_article(text)
        if article is None:
            if starter is not None:
                for check in before_open:
                    await check(topic, starter)
            await check_not_removed(text)
            opened = await _insert_thread(await articles.add_article(text), text, topic, starter)
            for set_ in set_thesis if thesis else ():
                await set_(opened.id, thesis or "", starter)
            return opened
        return await (_revise_existing(article, text) if starter is None and revises else _existing_thread(article))


async def _insert_thread(article: int, text: ArticleText, topic: str, starter: int | None) -> OpenedThread:
    slug = slugify(text.title)
    new = Thread(article=article, topic=topic, title=text.title, slug=slug, starter=starter)
    [inserted] = await Thread.insert(new).returning(Thread.id, Thread.created_at)
    thread: int = inserted["id"]
    await ThreadStats.insert(ThreadStats(thread=thread, hot=hot(0, inserted["created_at"])))
    await emit("thread.opened", thread=thread, actor=starter)
    return OpenedThread(thread, slug)


async def _existing_thread(article: int) -> OpenedThread:
    """The thread of an article, locked. Raises NotFound."""
    row = await db.fetch_one(OpenedThread, SELECT_OPENED, article)
    if row is None:
        raise NotFound(N_("The article of this address has no thread."))
    return row


async def revise_from_source(article: int, text: ArticleText) -> bool:
    """Update an article with its source's text. Return False if nothing changes.

    Raises CannotImport if several updates together would remove too much.
    """
    async with db.atomic():
        thread = (await _existing_thread(article)).id
        row = await article_queries.of_thread(thread)
        if row is None:
            return False
        update = await as_update(row, text)
        await losses.refuse_gradual_loss(article, update.text)
        return (await apply_update(thread, article, update, RevisionNote(approved=False), decided=False)).revised


async def _revise_existing(article: int, text: ArticleText) -> OpenedThread:
    existing = await _existing_thread(article)
    row = await article_queries.of_thread(existing.id)
    if row is None or text.url is None:
        # The same text as one of its versions.
        return existing
    update = await as_update(row, text)
    return msgspec.structs.replace(existing, result=await apply_update(existing.id, article, update, decided=False))


async def publish_import(
    *, import_id: int, text: ArticleText, topic: str, starter: int, thesis: str | None = None
) -> OpenedThread:
    """Open the thread of an import and mark the import as published, in one transaction.

    If the article has a thread already, the import stays unpublished, so that it can be suggested as an update. One
    that was published a moment ago, perhaps with another title, does not open a second thread.
    """
    async with db.atomic():
        published = await imports.lock(import_id)
        if published is not None:
            slug = await db.value(Thread.select(Thread.slug).where(Thread.id == published))
            return OpenedThread(published, slug, is_new=False)
        opened = await open_thread(text=text, topic=topic, starter=starter, thesis=thesis)
        if opened.is_new:
            await imports.mark_published(import_id, opened.id)
    return opened
