"""Imports: requested by a member, read by the worker, then edited and published by the member."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from parley.articles.articles.tables import ArticleImport, ImportPart
from parley.platform import db
from parley.platform.events.job_wakeups import wake_job
from parley.platform.text.messages import Message, serialize

ImportKind = Literal["url", "text", "file"]
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
returning id, member, state, message, source, url, given, title, topic, draft, thread, encoding
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
    """`title` is the one that was typed, `given` what was pasted, `draft` what was read (drafts.py)."""

    id: int
    member: int
    state: str
    message: str
    source: ImportKind
    url: str | None
    given: bytes | None
    title: str
    topic: str
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
    draft: bytes | None = None,
) -> int:
    """Queue an import for the worker and return its id. Of those not published, a member's newest MOST_KEPT stay.

    `parts` are those of an uploaded file, stored one after the other. `draft` is what an earlier import found.
    """
    async with db.atomic():
        await db.execute(DROP_OLDER, member, MOST_KEPT)
        new = ArticleImport(member=member, source=source, url=url, given=given, title=title, topic=topic, draft=draft)
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
    await ArticleImport.update(
        {
            ArticleImport.state: "ready",
            ArticleImport.draft: draft,
            ArticleImport.message: "",
            ArticleImport.changed_at: db.NOW,
        }
    ).where(ArticleImport.id == import_id)


async def choose_encoding(import_id: int, encoding: str) -> None:
    async with db.atomic():
        await ArticleImport.update(
            {
                ArticleImport.state: "waiting",
                ArticleImport.attempts: 0,
                ArticleImport.encoding: encoding,
                ArticleImport.changed_at: db.NOW,
            }
        ).where(ArticleImport.id == import_id, ArticleImport.state == "ready")
        db.after_commit(lambda: wake_job("imports"))


async def fail(import_id: int, message: Message, draft: bytes | None = None) -> None:
    """Say why an import failed. `draft` is what was found of the article: it has no passages.

    If it was only to be read in another encoding, it stays as it was read before.
    """
    if await db.execute(KEEP_DRAFT, import_id, serialize(message)):
        return
    await _forget_file(import_id)
    await ArticleImport.update(
        {
            ArticleImport.state: "failed",
            ArticleImport.message: serialize(message),
            ArticleImport.draft: draft,
            ArticleImport.changed_at: db.NOW,
        }
    ).where(ArticleImport.id == import_id)


async def lock(import_id: int) -> int | None:
    """Lock an import, and return the thread in which it was published, if it was."""
    thread: int | None = await db.value("select thread from article_import where id = $1 for update", import_id)
    return thread


async def mark_published(import_id: int, thread: int) -> None:
    """Mark an import as published in `thread`, or suggested as its update, and delete its texts."""
    await _forget_file(import_id)
    await ArticleImport.update(
        {
            ArticleImport.state: "published",
            ArticleImport.thread: thread,
            ArticleImport.message: "",
            ArticleImport.draft: None,
            ArticleImport.given: None,
            ArticleImport.changed_at: db.NOW,
        }
    ).where(ArticleImport.id == import_id)
