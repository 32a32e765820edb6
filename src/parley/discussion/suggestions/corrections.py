"""Corrections of one passage that members suggest, for example of a typo or a broken quotation.

A correction is kept as the passages that replace the one it is about, so it can still be accepted when others changed.
"""

import msgspec

from parley.articles.articles import versions
from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.text import ArticleText
from parley.articles.articles.versions import StoredPassage
from parley.articles.revisions.editing import as_markdown, read_markdown
from parley.discussion.suggestions.queries import INSERT_SUGGESTION, SuggestionRow, refuse_too_many
from parley.discussion.threads import queries
from parley.discussion.threads.edit_ops import NOTHING
from parley.discussion.threads.updating import notify_concerned
from parley.extraction.html.passages import ImportedPassage
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.concurrency import in_thread
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

GONE = N_("This passage is no longer in the article. Your text is kept: you can correct another passage.")


async def passage(article: ArticleRow, lineage: int | None) -> StoredPassage | None:
    """Return a present passage of an article that is shown in full."""
    if article.display != "full":
        return None
    return next(
        (passage for passage in await versions.readable(article.revision_id) if passage.lineage == lineage), None
    )


async def source(article: ArticleRow, passage: StoredPassage) -> str:
    return await in_thread(as_markdown, [passage], article.address)


class Correction(msgspec.Struct, frozen=True):
    """What a member suggests: Markdown instead of a passage (its lineage), and why."""

    passage: int
    text: str
    reason: str


async def suggest(*, viewer: Viewer, thread_id: int, correction: Correction) -> int:
    """Suggest a correction; it replaces the member's waiting one of the same passage. Return its id.

    Raises NotFound, and Refused where it cannot be suggested or changes nothing.
    """
    async with db.atomic():
        await queries.lock_thread(thread_id)
        thread, article = await queries.with_article(thread_id)
        if thread.state != "open":
            raise Refused(N_("This discussion is archived, so its article does not change any more."))
        before = await passage(article, correction.passage)
        if before is None:
            raise Refused(GONE)
        edited = await in_thread(read_markdown, correction.text, [before], article.address)
        if edited == [before.passage]:
            raise Refused(NOTHING)
        await refuse_too_many(thread_id, viewer.id, before.lineage)
        draft = msgspec.json.encode(edited)
        values = (thread_id, viewer.id, before.lineage, draft, correction.reason)
        number: int = await db.value(INSERT_SUGGESTION, *values)
        await notify_concerned(number)
    return number


async def as_text(row: SuggestionRow, article: ArticleRow) -> ArticleText | None:
    """Return the article with a correction in the place of its passage, or None if that passage is gone."""
    current = await versions.newest(article.id)
    if not any(passage.lineage == row.passage for passage in current):
        return None
    instead = msgspec.json.decode(row.draft or b"[]", type=list[ImportedPassage])
    passages = [passage for part in current for passage in (instead if part.lineage == row.passage else [part.passage])]
    return versions.with_passages(article, passages)


def version(row: SuggestionRow, article: ArticleRow) -> str:
    """Return what the form names, to detect that the article or the correction changed meanwhile."""
    return f"{article.revision}-{row.digest}"
