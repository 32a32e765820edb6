"""Changing the text of an article here: editing it, restoring an old version, and showing less of it."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from parley.articles.articles import display as displays
from parley.articles.articles import queries as articles
from parley.articles.articles import versions
from parley.articles.articles.restricting import Restriction, hide_pictures, restrict
from parley.articles.articles.rules import may_edit
from parley.articles.articles.text import ArticleText
from parley.articles.revisions import updating
from parley.articles.revisions.revising import RevisionNote, RevisionResult
from parley.discussion.threads import queries
from parley.discussion.threads.opening import slugify
from parley.discussion.threads.ops import revise_thread
from parley.discussion.threads.tables import Thread
from parley.discussion.threads.updating import decline_waiting
from parley.extraction.html.passages import ImportedPassage
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_, as_text

NOTHING = N_("Nothing changed: this is the current text.")
EXCERPT_ONLY = N_("The publisher allows an excerpt only.")
REMOVED = N_("Removed article")
CLOSED = N_("A moderator restricted what is shown of this article, so its text does not change any more.")
SELECT_THREADS = "select id from thread where article = any($1::bigint[]) order by id"
SELECT_TITLE = """
select case when a.untitled then $2 else (
    select title from revision where article = a.id order by number desc limit 1) end
from thread t join article a on a.id = t.article where t.id = $1
"""


class StaleEdit(Refused):
    """Somebody else revised the article after the form was opened."""


class ArticleEdit(msgspec.Struct, frozen=True):
    """An edit: the number of the revision that was edited, the new text, and the words for comments placed by hand."""

    revision: int
    title: str
    byline: str | None
    passages: list[ImportedPassage]
    reason: str
    placed: dict[int, str] = {}

    def as_text(self, article: articles.ArticleRow) -> ArticleText:
        return msgspec.structs.replace(
            versions.with_passages(article, self.passages), title=self.title, byline=self.byline
        )


async def edit_article(*, viewer: Viewer, thread_id: int, edit: ArticleEdit) -> RevisionResult:
    """Write an edited text as the next revision.

    Raises Forbidden, StaleEdit when somebody else revised the article first, Misplaced when the text lacks words on
    which a comment is placed by hand, and Refused when nothing changed.
    """
    async with db.atomic():
        article = await _lock_editable(viewer, thread_id)
        if article.revision != edit.revision:
            raise StaleEdit(N_("Somebody else revised this article while you were editing. Your text is kept."))
        return await _revise(thread_id, edit.as_text(article), RevisionNote(viewer.id, edit.reason), edit.placed)


async def restore_revision(
    *, viewer: Viewer, thread_id: int, number: int, reason: str, newest: int | None = None
) -> RevisionResult:
    """Write the text of an old revision as the next one. Its lineages and anchors come back with it.

    `newest` is the number of the revision that it is to replace, if known. Raises Forbidden, NotFound, StaleEdit when
    somebody else revised the article first, and Refused when the text is the same already.
    """
    async with db.atomic():
        article = await _lock_editable(viewer, thread_id)
        if newest not in (None, article.revision):
            raise StaleEdit(
                N_(
                    "Somebody else revised this article in the meantime, so nothing was changed. Look at their version "
                    "first; press the button again to replace it."
                )
            )
        old = next((revision for revision in await versions.revisions(article.id) if revision.number == number), None)
        if old is None:
            raise NotFound
        text = versions.with_passages(old, [stored.passage for stored in await versions.all_passages(old.id)])
        return await _revise(thread_id, text, RevisionNote(viewer.id, reason, restores=number))


async def _lock_editable(viewer: Viewer, thread_id: int) -> articles.ArticleRow:
    """Lock the thread's row and return its article. Raises NotFound or Forbidden."""
    await queries.lock_thread(thread_id)
    thread, article = await queries.with_article(thread_id)
    require_edit_allowed(viewer, thread, article)
    return article


def require_edit_allowed(viewer: Viewer, thread: queries.ThreadRow, article: articles.ArticleRow) -> None:
    if not may_edit(viewer, thread, article):
        raise Forbidden(N_("Only moderators can edit this article, or the member who pasted it if it has no source."))


async def _revise(
    thread_id: int, text: ArticleText, edit: RevisionNote, placed: Mapping[int, str] | None = None
) -> RevisionResult:
    revised = await revise_thread(thread_id, text, edit, placed)
    if revised is None:
        raise Refused(NOTHING)
    return revised


async def set_display(url: str, display: str) -> None:
    """Set whether articles of `url`'s site are shown in full or as an excerpt, existing ones included."""
    async with db.atomic():
        changed = await displays.set_display(url, display)
        for article_id in changed:
            await hide_pictures(article_id)
        if display == "excerpt":
            await _shorten_to_excerpt(changed)


async def obey_reservations(article_id: int, reservations: Collection[str]) -> bool:
    """Store what an article's page reserves now. If that allows an excerpt only, show one, and return True."""
    async with db.atomic():
        changed = await displays.note_reservations(article_id, reservations)
        for changed_article in changed:
            await hide_pictures(changed_article)
        await _shorten_to_excerpt(changed)
    return bool(changed)


async def _shorten_to_excerpt(article_ids: Sequence[int]) -> None:
    """Revise the articles that are shown as an excerpt, so that no comment stays on words that nobody can read."""
    for thread in await db.values(SELECT_THREADS, article_ids):
        article = await articles.of_thread(thread)
        if article is not None and not article.is_frozen:
            passages = [stored.passage for stored in await versions.newest(article.id)]
            text = versions.with_passages(article, passages)
            await revise_thread(thread, text, RevisionNote(reason=as_text(EXCERPT_ONLY)))
            await updating.shorten_source(article.id)


async def restrict_article(thread: int, to: Restriction, actor: int | None) -> None:
    """Show no more of a thread's article than `to` allows, on every page. The caller has locked the thread's row."""
    article: int = await db.value(Thread.select(Thread.article).where(Thread.id == thread))
    await restrict(article, to)
    if to != Restriction():
        await decline_waiting(thread, as_text(CLOSED), actor)
    title: str = await db.value(SELECT_TITLE, thread, as_text(REMOVED))
    await Thread.update({Thread.title: title, Thread.slug: slugify(title)}).where(Thread.id == thread)
    await emit("article.restricted", thread=thread, actor=actor)
