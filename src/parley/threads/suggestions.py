"""Suggesting an update of an article, accepting it and declining it."""

import asyncio
from collections.abc import Collection

import msgspec

from parley.articles import imports, versions
from parley.articles import ops as articles
from parley.articles import queries as article_queries
from parley.articles.drafts import decode
from parley.articles.losses import loss
from parley.articles.revising import RevisionNote
from parley.articles.rules import may_decide_update
from parley.articles.updating import Update, as_update
from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.http.access import MODERATOR, Viewer
from parley.threads import queries, suggested
from parley.threads.edits import NOTHING, StaleEdit
from parley.threads.ops import revise_thread
from parley.threads.updating import take_update, tell

# Each keeps a whole text until it is decided.
MOST_WAITING_OF_A_MEMBER = 10
MOST_WAITING_IN_A_THREAD = 10

LOCK = "select id from thread where id = $1 for no key update"
# A member's waiting suggestion for this thread does not count: the new one replaces it.
WAITING_OF_A_MEMBER = "select count(*) from suggested_update where state = 'waiting' and member = $1 and thread <> $2"
WAITING_IN_A_THREAD = "select count(*) from suggested_update where state = 'waiting' and member <> $1 and thread = $2"
SUGGEST = """
insert into suggested_update (thread, member, draft) values ($1, $2, $3)
on conflict (thread, member) where state = 'waiting' do update set draft = excluded.draft, created_at = now()
returning id
"""


async def suggest(*, viewer: Viewer, found: imports.Import) -> tuple[int, int]:
    """Suggest what an import read as an update of the article it is; a member's earlier suggestion is replaced.

    Returns the ids of the thread and of the suggestion. Raises Refused where it cannot be suggested.
    """
    async with db.atomic():
        text = decode(found.draft or b"")
        number = await articles.same_as(text)
        discussion = await article_queries.discussion_of(number) if number is not None else None
        if discussion is None:
            raise Refused("This article has no discussion yet. You can publish it.")
        if discussion.state == "archived":
            raise Refused("This discussion is archived, so its article does not change any more.")
        await db.value(LOCK, discussion.id)
        await _refuse_too_many(discussion.id, viewer.id)
        made: int = await db.value(SUGGEST, discussion.id, viewer.id, found.draft)
        await imports.published(found.id, discussion.id)
        await tell(made)
    return discussion.id, made


async def _refuse_too_many(thread: int, member: int) -> None:
    # A member's suggestions for two threads at a time are counted one after the other.
    await db.value("select pg_advisory_xact_lock(hashtextextended('suggested_update', $1))", member)
    if await db.value(WAITING_OF_A_MEMBER, member, thread) >= MOST_WAITING_OF_A_MEMBER:
        raise Refused("Ten updates you suggested still wait for a decision. Please wait until some are decided.")
    if await db.value(WAITING_IN_A_THREAD, member, thread) >= MOST_WAITING_IN_A_THREAD:
        raise Refused("Ten suggested updates of this article still wait for a decision. Please try again later.")


DECIDE = """
update suggested_update set state = $2, answer = $3, decided_by = $4, decided_at = now(), draft = null where id = $1
"""


class SuggestionDecision(msgspec.Struct, frozen=True):
    """Who decides about which suggestion, and what they say to whoever suggested it."""

    viewer: Viewer
    thread: int
    suggestion: int
    answer: str


async def decline(decision: SuggestionDecision) -> None:
    """Decline a suggested update. Raises Forbidden, NotFound, and Refused when it is decided already."""
    async with db.atomic():
        row = await _to_decide(decision)
        if row.member_id is None:
            raise Refused("Please choose which text stays, and save these choices.")
        await _decided(decision, "declined")


async def accept(decision: SuggestionDecision, version: str, take: Collection[int] = ()) -> None:
    """Write a suggested update as the article's next revision; `version` names the update as it was looked at.

    In a conflict the corrected text stays, unless its number is one of `take`. Raises Forbidden, NotFound, Stale when
    the article or the update changed meanwhile, and Refused when it is decided already or changes nothing.
    """
    async with db.atomic():
        row = await _to_decide(decision)
        article = await article_queries.of_thread(decision.thread)
        if article is None:
            raise NotFound("This thread does not exist.")
        said = decode(row.draft or b"")
        update = await as_update(article, said)
        if update.version != version:
            raise StaleEdit("The article changed while you were looking. This is what the update would change now.")
        update = await as_update(article, said, take) if take else update
        await _refuse_large(decision.viewer, article.id, update)
        revised = await _write(decision, row, article.id, update)
        if not revised and not update.merged.conflicts and row.member_id is not None:
            raise Refused(f"{NOTHING} You can decline the update.")
        await _decided(decision, "accepted")


async def _refuse_large(viewer: Viewer, article: int, update: Update) -> None:
    """Raise Forbidden where only a moderator may decide."""
    lost = await asyncio.to_thread(loss, await versions.newest(article), update.text.passages)
    if viewer.standing < MODERATOR and lost.is_too_much:
        raise Forbidden("This update removes a large part of the article, so a moderator has to decide.")


async def _write(decision: SuggestionDecision, row: suggested.SuggestionRow, article: int, update: Update) -> bool:
    """Write what was decided, and return whether that changed the article.

    Words that a member gave us are an edit of theirs, and not what the source says (docs/decisions/0005).
    """
    if row.member_id is not None and update.said.fetched is None:
        edit = RevisionNote(row.member_id, "Suggested as an update.")
        return await revise_thread(decision.thread, update.text, edit) is not None
    reason = "Takes the text of the source where it was corrected here."
    chosen = RevisionNote(decision.viewer.id, reason) if row.member_id is None else None
    return (await take_update(decision.thread, article, update, chosen, decided=True)).revised


async def _decided(decision: SuggestionDecision, state: str) -> None:
    await db.execute(DECIDE, decision.suggestion, state, decision.answer, decision.viewer.id)
    await tell(decision.suggestion)


async def _to_decide(decision: SuggestionDecision) -> suggested.SuggestionRow:
    """The suggestion, its thread's row locked."""
    await db.value(LOCK, decision.thread)
    thread, row = await queries.one(decision.thread), await suggested.one(decision.suggestion, decision.thread)
    if thread is None or row is None:
        raise NotFound("There is no such update.")
    if not may_decide_update(decision.viewer, thread, row.member):
        raise Forbidden("Only moderators, and the member who added the article, can decide about this update.")
    if row.state != "waiting":
        raise Refused(f"This update was {row.state} already.")
    return row
