"""Suggesting an update of an article, accepting it and declining it."""

from collections.abc import Collection

import msgspec

from parley.articles.articles import ops as articles
from parley.articles.articles import queries as article_queries
from parley.articles.articles import versions
from parley.articles.articles.queries import ArticleRow
from parley.articles.articles.restricting import refuse_frozen
from parley.articles.articles.rules import may_decide_update
from parley.articles.articles.tables import Article
from parley.articles.articles.text import ArticleText
from parley.articles.imports import ops as imports
from parley.articles.imports.ops import decode
from parley.articles.revisions.losses import loss
from parley.articles.revisions.revising import RevisionNote
from parley.articles.revisions.updating import SourceUpdate, as_update
from parley.discussion.suggestions import corrections, queries
from parley.discussion.suggestions.queries import INSERT_SUGGESTION, SuggestionRow, refuse_too_many
from parley.discussion.threads import queries as threads
from parley.discussion.threads.edit_ops import NOTHING, StaleEdit
from parley.discussion.threads.ops import revise_thread
from parley.discussion.threads.tables import SuggestedUpdate
from parley.discussion.threads.updating import apply_update, notify_concerned
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.concurrency import in_thread
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.http.access import MODERATOR
from parley.platform.text.messages import N_, as_text, join

DECIDED = {
    "accepted": N_("This update was accepted already."),
    "declined": N_("This update was declined already."),
}


async def suggest(*, viewer: Viewer, draft: imports.Import) -> tuple[int, int]:
    """Suggest the text of an import as an update of its article. It replaces the member's waiting suggestion.

    Returns the ids of the thread and of the suggestion. Raises Refused where it cannot be suggested.
    """
    async with db.atomic():
        text = decode(draft.draft or b"")
        article = await articles.find_article(text)
        discussion = await article_queries.discussion_of(article) if article is not None else None
        if discussion is None:
            raise Refused(N_("This article has no discussion yet. You can publish it."))
        if discussion.state == "archived":
            raise Refused(N_("This discussion is archived, so its article does not change any more."))
        await threads.lock_thread(discussion.id)
        await refuse_frozen(article or 0)
        # A suggestion shows the whole text.
        if await db.value(Article.select(Article.display).where(Article.id == article)) != "full":
            raise Refused(N_("Only an excerpt of this article is shown here, so its text cannot be changed."))
        await refuse_too_many(discussion.id, viewer.id)
        suggestion: int = await db.value(INSERT_SUGGESTION, discussion.id, viewer.id, None, draft.draft, "")
        await imports.mark_published(draft.id, discussion.id)
        await notify_concerned(suggestion)
    return discussion.id, suggestion


class SuggestionDecision(msgspec.Struct, frozen=True):
    """Who decides on which suggestion, and their answer to the member who suggested it."""

    viewer: Viewer
    thread: int
    suggestion: int
    answer: str


async def decline(decision: SuggestionDecision, version: str = "") -> None:
    """Decline a suggested update, and delete its text. `version` is the update's version on the page, if known.

    Raises Forbidden, NotFound, StaleEdit if the article or the update changed meanwhile, Refused if it is decided.
    """
    async with db.atomic():
        row = await _lock_undecided(decision)
        if row.member_id is None:
            raise Refused(N_("Please choose which text stays, and save these choices."))
        if version:
            article = await _article_of(decision.thread)
            if row.passage is not None:
                _require_current(version, corrections.version(row, article))
            else:
                _require_current(version, (await as_update(article, decode(row.draft or b""))).version)
        await _record(decision, "declined")


def _require_current(shown: str, current: str) -> None:
    if shown != current:
        raise StaleEdit(
            N_("The article or the suggestion changed while you were looking. This is what it would change now.")
        )


async def _article_of(thread: int) -> ArticleRow:
    article = await article_queries.of_thread(thread)
    if article is None:
        raise NotFound(N_("This thread does not exist."))
    return article


async def accept(decision: SuggestionDecision, version: str, take: Collection[int] = ()) -> None:
    """Write a suggested update as the article's next revision. `version` is the update's version on the page.

    In a conflict, the corrected text stays unless its number is in `take`. Raises as `decline`, and Refused if nothing
    changes.
    """
    async with db.atomic():
        row = await _lock_undecided(decision)
        article = await _article_of(decision.thread)
        if row.passage is not None:
            _require_current(version, corrections.version(row, article))
            await _accept_correction(decision.viewer, row, article)
        else:
            await _accept_update(decision, row, article, version, take)
        await _record(decision, "accepted")


async def _accept_correction(viewer: Viewer, row: SuggestionRow, article: ArticleRow) -> None:
    text = await corrections.as_text(row, article)
    if text is None:
        raise Refused(N_("The passage is no longer in the article. You can decline the correction."))
    await _refuse_large(viewer, article.id, text)
    edit = RevisionNote(row.member_id, row.reason, approved=_may_remove_any_part(viewer))
    if await revise_thread(row.thread, text, edit) is None:
        raise Refused(NOTHING)


async def _accept_update(
    decision: SuggestionDecision, row: SuggestionRow, article: ArticleRow, version: str, take: Collection[int]
) -> None:
    source = decode(row.draft or b"")
    update = await as_update(article, source)
    _require_current(version, update.version)
    update = await as_update(article, source, take) if take else update
    await _refuse_large(decision.viewer, article.id, update.text)
    revised = await _write(decision, row, article.id, update)
    if not revised and not update.merged.conflicts and row.member_id is not None:
        raise Refused(join(" ", [NOTHING, N_("You can decline the update.")]))


def _may_remove_any_part(viewer: Viewer) -> bool:
    return viewer.access >= MODERATOR


async def _refuse_large(viewer: Viewer, article: int, text: ArticleText) -> None:
    """Raise Forbidden if only a moderator may accept a text that lacks so much of the present or last approved one."""
    if _may_remove_any_part(viewer):
        return
    for before in (await versions.newest(article), await versions.last_approved(article)):
        lost = await in_thread(loss, before, text.passages)
        if lost.is_too_much:
            raise Forbidden(N_("This update removes a large part of the article, so a moderator has to decide."))


async def _write(decision: SuggestionDecision, row: SuggestionRow, article: int, update: SourceUpdate) -> bool:
    """Write an accepted update, and return whether it changed the article.

    A text that a member pasted is their edit, not the source's text (docs/decisions/0005).
    """
    approved = _may_remove_any_part(decision.viewer)
    if row.member_id is not None and update.source.fetched is None:
        edit = RevisionNote(row.member_id, as_text(N_("Suggested as an update.")), approved=approved)
        return await revise_thread(decision.thread, update.text, edit) is not None
    note = RevisionNote(approved=approved)
    if row.member_id is None:
        reason = as_text(N_("Takes the text of the source where it was corrected here."))
        note = RevisionNote(decision.viewer.id, reason, approved=approved)
    return (await apply_update(decision.thread, article, update, note, decided=True)).revised


async def _record(decision: SuggestionDecision, state: str) -> None:
    await SuggestedUpdate.update(
        state=state, answer=decision.answer, decided_by=decision.viewer.id, decided_at=db.NOW, draft=None
    ).where(SuggestedUpdate.id == decision.suggestion)
    await notify_concerned(decision.suggestion)


async def _lock_undecided(decision: SuggestionDecision) -> SuggestionRow:
    """Lock the thread's row and return the suggestion. Raises NotFound, Forbidden, or Refused if it is decided."""
    await threads.lock_thread(decision.thread)
    thread, row = await threads.one(decision.thread), await queries.one(decision.suggestion, decision.thread)
    if thread is None or row is None:
        raise NotFound
    if not may_decide_update(decision.viewer, thread, row.member):
        raise Forbidden(N_("Only moderators, and the member who added the article, can decide about this update."))
    if row.state != "waiting":
        raise Refused(DECIDED[row.state])
    return row
