"""Imports: requested by a member, read by the worker, then edited and published by the member."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from parley.articles.articles.tables import ArticleImport, ImportPart
from parley.articles.articles.text import ArticleText
from parley.articles.imports.forms import ImportKind, PublishForm
from parley.platform import db
from parley.platform.events.job_wakeups import wake_job
from parley.platform.text.messages import Message, serialize

# A member's newest drafts and failed imports stay; each may hold 2 MB.
MOST_KEPT = 40
DROP_OLDER = """
delete from article_import where member = $1 and state in ('ready', 'failed') and id <= (
    select id from article_import where member = $1 and state in ('ready', 'failed') order by id desc offset $2 limit 1)
"""
# One that was started more than two minutes ago and is not finished has lost its worker. Only one import of a member is
# read at a time, so that one member's slow addresses do not delay the imports of others.
CLAIM_IMPORTS = """
update article_import set state = 'fetching', changed_at = now(), attempts = attempts + 1
where id = (
    select id from article_import one
    where attempts < 3 and (state = 'waiting'
          or (state in ('fetching', 'reading') and changed_at < now() - interval '2 minutes'))
      and not exists (
          select from article_import other where other.member = one.member and other.id <> one.id
          and other.state in ('fetching', 'reading') and other.changed_at >= now() - interval '2 minutes')
    order by changed_at limit 1 for update skip locked
)
returning id, member, state, message, source, url, given, title, topic, thesis, draft, thread, encoding
"""
# Those that wait, and those that have lost their worker.
SELECT_DUE = """
select id from article_import where state = 'waiting'
or (state in ('fetching', 'reading') and changed_at < now() - interval '2 minutes')
"""
# One claim at a time: two at once would not see each other's, and could read two imports of one member.
LOCK_CLAIMS = "select pg_advisory_xact_lock(hashtextextended('claim of an import', 0))"
# What was read before stays, with its file, where reading it again in another encoding fails.
WAS_READ = "encoding is not null and draft is not null"
KEEP_DRAFT = f"""
update article_import set state = 'ready', message = $2, changed_at = now() where id = $1 and {WAS_READ}
"""  # noqa: S608 a constant
GIVE_UP = f"""
update article_import set state = case when {WAS_READ} then 'ready' else 'failed' end, changed_at = now(),
    message = 'Reading this took too long, three times. Paste the text of the article instead.'
where attempts >= 3 and state in ('waiting', 'fetching', 'reading') and changed_at < now() - interval '2 minutes'
"""  # noqa: S608 a constant


class Import(msgspec.Struct, frozen=True):
    """`title` and `thesis` are as typed, `given` is what was pasted, `draft` the ArticleText that was read."""

    id: int
    member: int
    state: str
    message: str
    source: ImportKind
    url: str | None
    given: bytes | None
    title: str
    topic: str
    thesis: str
    draft: bytes | None
    thread: int | None
    # The encoding that its member chose; None to detect it.
    encoding: str | None


async def request_import(
    *,
    member: int,
    source: ImportKind,
    url: str | None,
    given: bytes | None = None,
    parts: Iterable[bytes] = (),
    title: str,
    topic: str,
    thesis: str = "",
    draft: bytes | None = None,
) -> int:
    """Queue an import for the worker and return its id. A member's newest MOST_KEPT unpublished imports stay.

    `parts` are the parts of an uploaded file. `draft` is what an earlier import found.
    """
    async with db.atomic():
        await db.execute(DROP_OLDER, member, MOST_KEPT)
        new = ArticleImport(
            member=member, source=source, url=url, given=given, title=title, topic=topic, thesis=thesis, draft=draft
        )
        [inserted] = await ArticleImport.insert(new).returning(ArticleImport.id)
        number: int = inserted["id"]
        for at, part in enumerate(parts):
            await ImportPart.insert(ImportPart(article_import=number, number=at, data=part))
        db.after_commit(lambda: wake_job("imports"))
    return number


async def file_of(import_id: int) -> bytes:
    """The uploaded file of an import. Only the worker may have all of it in memory."""
    parts = ImportPart.select(ImportPart.data).where(ImportPart.article_import == import_id)
    return b"".join([part["data"] for part in await parts.order_by(ImportPart.number)])


async def _forget_file(import_id: int) -> None:
    await ImportPart.delete().where(ImportPart.article_import == import_id)


async def _set(import_id: int, **values: Any) -> None:
    await ArticleImport.update(**values, changed_at=db.NOW).where(ArticleImport.id == import_id)


async def of_member(import_id: int, member: int) -> Import | None:
    """An import, if it is the member's."""
    own = ArticleImport.select().where(ArticleImport.id == import_id, ArticleImport.member == member)
    return await db.fetch_one(Import, own)


async def claim() -> Import | None:
    """Claim the import that has waited longest."""
    async with db.atomic():
        await db.value(LOCK_CLAIMS)
        return await db.fetch_one(Import, CLAIM_IMPORTS)


async def give_up() -> int:
    """Fail imports that have lost their worker three times."""
    return await db.execute(GIVE_UP)


async def finish(import_id: int, *, draft: bytes, keep_file: bool) -> None:
    """Keep what was read, and the file as well if its member may want it to be read in another encoding."""
    if not keep_file:
        await _forget_file(import_id)
    await _set(import_id, state="ready", draft=draft, message="")


async def choose_encoding(import_id: int, encoding: str) -> None:
    async with db.atomic():
        changes = ArticleImport.update(state="waiting", attempts=0, encoding=encoding, changed_at=db.NOW)
        await changes.where(ArticleImport.id == import_id, ArticleImport.state == "ready")
        db.after_commit(lambda: wake_job("imports"))


async def fail(import_id: int, message: Message, draft: bytes | None = None) -> None:
    """Say why an import failed. `draft` has the facts that were found about the article, without passages.

    If only another encoding failed, the import stays as it was read before.
    """
    if await db.execute(KEEP_DRAFT, import_id, serialize(message)):
        return
    await _forget_file(import_id)
    await _set(import_id, state="failed", message=serialize(message), draft=draft)


async def lock(import_id: int) -> int | None:
    """Lock an import, and return the thread in which it was published, if it was."""
    thread: int | None = await db.value("select thread from article_import where id = $1 for update", import_id)
    return thread


async def mark_published(import_id: int, thread: int) -> None:
    """Mark an import as published in `thread`, or suggested as its update, and delete its texts."""
    await _forget_file(import_id)
    await _set(import_id, state="published", thread=thread, message="", draft=None, given=None)


def encode(text: ArticleText) -> bytes:
    return msgspec.json.encode(text)


def decode(data: bytes) -> ArticleText:
    return msgspec.json.decode(data, type=ArticleText)


def with_facts(text: ArticleText, form: PublishForm) -> ArticleText:
    """`text` with the facts from the form. An empty field removes a fact, one that was not sent leaves it unchanged."""
    facts: dict[str, object] = {"title": form.title, **form.about}
    if form.byline is not None:
        facts["byline"] = form.byline or None
    if "lang" in form.values:
        facts["lang"] = form.lang
    if "published" in form.values:
        facts["published_at"] = _on(form.published, text.published_at)
    if "updated" in form.values:
        facts["updated_at"] = _on(form.updated, text.updated_at)
    return msgspec.structs.replace(text, **facts)


def _on(day: date | None, known: datetime | None) -> datetime | None:
    """Midnight UTC of a day, or the `known` time if that is on this day."""
    if day is None or (known is not None and known.date() == day):
        return known if day else None
    return datetime.combine(day, time(), tzinfo=UTC)
