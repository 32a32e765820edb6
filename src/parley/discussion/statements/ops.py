"""Giving one's comment a statement, declining a proposed one, and answering one. Each op is one transaction."""

import msgspec

from parley.discussion.commenting import drafts
from parley.discussion.commenting.drafts import CommentEdit
from parley.discussion.comments import rules
from parley.discussion.comments.states import lock_comment
from parley.discussion.comments.tables import Comment
from parley.discussion.comments.wording import change_statement
from parley.discussion.statements import queries
from parley.discussion.statements.rules import MOST_ASKED, require_statement_allowed
from parley.discussion.statements.tables import MergedStatement, StatementProposal
from parley.discussion.statements.tokens import Offer
from parley.discussion.votes.ops import cast_vote
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.event_log import emit
from parley.platform.text.messages import N_

# When a member sends two answers at once, the second one counts after the first one.
LOCK_MEMBER = "select pg_advisory_xact_lock(hashtextextended('asked', $1))"


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
    now = await db.fetch_one(CommentContent, Comment.select().where(Comment.id == comment_id))
    if now is None:
        raise NotFound(N_("This comment does not exist."))
    edit = CommentEdit(comment_id, now.thread, viewer, now.body, now.html, now.assisted, text)
    return [after for check in drafts.before_edit if (after := await check(edit)) is not None]


async def decline(viewer: Viewer, comment_id: int, proposal: int) -> None:
    """Decline a statement that a moderator proposed for one's comment. Raises Refused if it does not wait any more."""
    async with db.atomic():
        comment = await lock_comment(comment_id)
        if comment.author != viewer.id:
            raise Forbidden(N_("Only its author can do this."))
        await _decide(comment_id, proposal, "declined")


async def _decide(comment: int, proposal: int, decision: str) -> None:
    waiting = (StatementProposal.comment == comment) & (StatementProposal.state == "waiting")
    decided = StatementProposal.update(state=decision, decided_at=db.NOW)
    if not await decided.where(waiting, StatementProposal.id == proposal).returning(StatementProposal.id):
        raise Refused(N_("This proposal changed in the meantime. Please look at it again; your text is kept here."))


async def answer(viewer: Viewer, thread: int, comment: int, value: int, offer: Offer | None) -> None:
    """Store an answer to a statement of a thread, as a vote of agreement.

    It counts as asked if we chose the statement at random, and the member has not given twenty such answers in
    24 hours. Raises Refused without such a statement, and as `cast_vote` does.
    """
    statement = await queries.one(comment)
    if statement is None or statement.thread != thread or statement.text is None:
        raise Refused(N_("This statement was withdrawn or removed a moment ago, so your answer was not counted."))
    async with db.atomic():
        asked = False
        if offer is not None and offer.is_random:
            await db.value(LOCK_MEMBER, viewer.id)
            asked = await queries.asked_today(viewer.id) < MOST_ASKED
        wording = offer.wording if offer else None
        await cast_vote(viewer=viewer, comment=comment, axis="agreement", value=value, wording=wording, asked=asked)
