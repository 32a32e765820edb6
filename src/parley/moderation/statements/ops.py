"""Giving a comment a statement, proposing one, confirming, declining and merging. Each op is one transaction."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from piccolo.columns import Column

from parley.discussion.commenting import drafts
from parley.discussion.commenting.drafts import CommentEdit
from parley.discussion.comments import rules
from parley.discussion.comments.rules import CommentState
from parley.discussion.comments.states import lock_comment
from parley.discussion.comments.tables import Comment
from parley.discussion.comments.wording import change_statement
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.statements.rules import require_curator, require_statement_allowed
from parley.moderation.statements.tables import MergedStatement, StatementProposal
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.http.access import Viewer
from parley.platform.text.messages import N_

# Called with a new proposal in its transaction; hooks.py fills this in.
when_proposed: list[Callable[[int], Awaitable[None]]] = []

INSERT_PROPOSAL = """
insert into statement_proposal (comment, text, member) values ($1, $2, $3)
on conflict (comment) where state = 'waiting' do update
set text = excluded.text, member = excluded.member, created_at = now()
returning id
"""
INSERT_MERGED = """
insert into merged_statement (comment, kept, member) values ($1, $2, $3)
on conflict (comment) do update set kept = excluded.kept, member = excluded.member, created_at = now()
"""


class CommentContent(msgspec.Struct, frozen=True):
    """What the checks of an edit read of a comment."""

    thread: int
    body: str
    html: str
    assisted: bool


async def set_statement(viewer: Viewer, comment_id: int, text: str | None, proposal: int | None = None) -> None:
    """Set the statement of the viewer's own comment, or remove it. With `proposal`, confirm that one, in these words.

    Raises Forbidden for others, Refused where a check or the comment's state does not allow it, and for a proposal
    without words.
    """
    if proposal is not None and text is None:
        raise Refused(N_("Please write a sentence, or decline it."))
    afters = await _check(viewer, comment_id, text) if text else []
    async with db.atomic():
        comment = await lock_comment(comment_id)
        rules.require_edit_allowed(viewer, comment)
        require_statement_allowed(viewer, comment)
        if proposal is not None:
            await _decide(comment_id, proposal, "confirmed")
        if await change_statement(comment_id, text):
            await MergedStatement.delete().where(MergedStatement.comment == comment_id)
            await emit("comment.edited", thread=comment.thread, comment=comment_id, actor=viewer.id)
        for after in afters:
            await after(comment_id)


async def _check(viewer: Viewer, comment_id: int, text: str) -> list[drafts.After]:
    """Ask the checks of edits about the comment with this statement, and return what follows."""
    columns = (Comment.thread, Comment.body, Comment.html, Comment.assisted)
    now = await db.fetch_one(CommentContent, Comment.select(*columns).where(Comment.id == comment_id))
    if now is None:
        raise NotFound(N_("This comment does not exist."))
    edit = CommentEdit(comment_id, now.thread, viewer, now.body, now.html, now.assisted, text)
    return [after for check in drafts.before_edit if (after := await check(edit)) is not None]


async def propose(viewer: Viewer, comment_id: int, text: str) -> None:
    """Propose a statement to a comment's author, in place of one that waits. Raises Forbidden for members."""
    require_curator(viewer)
    async with db.atomic():
        comment = await lock_comment(comment_id)
        require_statement_allowed(viewer, comment)
        made: int = await db.value(INSERT_PROPOSAL, comment_id, text, viewer.id)
        for hook in when_proposed:
            await hook(made)
        await modlog.write(viewer, Entry("statement.propose", "comment", comment_id))


async def decline(viewer: Viewer, comment_id: int, proposal: int) -> None:
    """Decline a statement that a moderator proposed for one's comment. Raises Refused if it does not wait any more."""
    async with db.atomic():
        comment = await lock_comment(comment_id)
        if comment.author != viewer.id:
            raise Forbidden(N_("Only its author can decline this."))
        await _decide(comment_id, proposal, "declined")


async def _decide(comment: int, proposal: int, decision: str) -> None:
    waiting = (StatementProposal.comment == comment) & (StatementProposal.state == "waiting")
    answer: dict[Column | str, Any] = {StatementProposal.state: decision, StatementProposal.decided_at: NOW}
    decided = (
        await StatementProposal.update(answer)
        .where(waiting, StatementProposal.id == proposal)
        .returning(StatementProposal.id)
    )
    if not decided:
        raise Refused(N_("This proposal changed in the meantime. Please look at it again; your text is kept here."))


async def merge(viewer: Viewer, comment_id: int, kept: int) -> None:
    """Ask only `kept` of two statements that say the same. Raises Forbidden for members, Refused for other pairs."""
    require_curator(viewer)
    async with db.atomic():
        comment, into = await _lock_both(comment_id, kept)
        if comment.thread != into.thread or comment_id == kept:
            raise Refused(N_("Please choose another statement of the same thread."))
        if await MergedStatement.exists().where(MergedStatement.comment == kept):
            raise Refused(N_("That statement is merged into another one itself. Please choose that one."))
        # What was merged into a statement follows it into the next one.
        await MergedStatement.update({MergedStatement.kept: kept}).where(MergedStatement.kept == comment_id)
        await db.execute(INSERT_MERGED, comment_id, kept, viewer.id)
        await modlog.write(viewer, Entry("statement.merge", "comment", comment_id, after={"kept": kept}))


async def _lock_both(comment: int, kept: int) -> tuple[CommentState, CommentState]:
    """Lock both comments, the one with the lower number first, and return their states."""
    states = {comment_id: await lock_comment(comment_id) for comment_id in sorted({comment, kept})}
    return states[comment], states[kept]


async def separate(viewer: Viewer, comment_id: int) -> None:
    """Undo a merge. Raises Forbidden for members."""
    require_curator(viewer)
    async with db.atomic():
        await lock_comment(comment_id)
        of_comment = MergedStatement.comment == comment_id
        if await MergedStatement.delete().where(of_comment).returning(MergedStatement.id):
            await modlog.write(viewer, Entry("statement.separate", "comment", comment_id))
