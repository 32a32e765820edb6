"""Proposing, merging and removing statements. Each op is one transaction, and stands in the moderation log."""

from collections.abc import Awaitable, Callable

from parley.discussion.comments.states import lock_comment
from parley.discussion.comments.tables import Comment
from parley.discussion.statements.rules import require_statement_allowed
from parley.discussion.statements.tables import MergedStatement, StatementProposal
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import rules
from parley.moderation.decisions.rules import Choice
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import targets
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import MODERATOR
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


def _require_moderator(viewer: Viewer) -> None:
    if viewer.access < MODERATOR:
        raise Forbidden(N_("Only moderators can do this."))


async def propose(viewer: Viewer, comment_id: int, text: str) -> None:
    """Propose a statement to a comment's author, in place of one that waits. Raises Forbidden for members."""
    _require_moderator(viewer)
    async with db.atomic():
        comment = await lock_comment(comment_id)
        require_statement_allowed(viewer, comment)
        made: int = await db.value(INSERT_PROPOSAL, comment_id, text, viewer.id)
        for hook in when_proposed:
            await hook(made)
        await modlog.write(viewer, Entry("statement.propose", "comment", comment_id))


async def merge(viewer: Viewer, comment_id: int, kept: int) -> None:
    """Ask only `kept` of two statements that say the same. Raises Forbidden for members, Refused for other pairs."""
    _require_moderator(viewer)
    async with db.atomic():
        # The one with the lower number first, as everywhere.
        states = {number: await lock_comment(number) for number in sorted({comment_id, kept})}
        comment, into = states[comment_id], states[kept]
        if comment.thread != into.thread or comment_id == kept:
            raise Refused(N_("Please choose another statement of the same thread."))
        if await MergedStatement.exists().where(MergedStatement.comment == kept):
            raise Refused(N_("That statement is merged into another one itself. Please choose that one."))
        # What was merged into a statement follows it into the next one.
        await MergedStatement.update({MergedStatement.kept: kept}).where(MergedStatement.kept == comment_id)
        await db.execute(INSERT_MERGED, comment_id, kept, viewer.id)
        await modlog.write(viewer, Entry("statement.merge", "comment", comment_id, after={"kept": kept}))


async def separate(viewer: Viewer, comment_id: int) -> None:
    """Undo a merge. Raises Forbidden for members."""
    _require_moderator(viewer)
    async with db.atomic():
        await lock_comment(comment_id)
        of_comment = MergedStatement.comment == comment_id
        if await MergedStatement.delete().where(of_comment).returning(MergedStatement.id):
            await modlog.write(viewer, Entry("statement.separate", "comment", comment_id))


async def remove(viewer: Viewer, comment: int, choice: Choice) -> int:
    """Remove a comment's statement, mail its author the reasons, and return the id of the decision.

    The comment stays. Raises Forbidden for members and in one's own case, NotFound, and Refused if there is no
    statement.
    """
    _require_moderator(viewer)
    async with db.atomic():
        target = await targets.lock("comment", comment)
        rules.require_decision_allowed(viewer, target.member, set())
        if not await Comment.exists().where(Comment.id == comment, Comment.statement.is_not_null()):
            raise Refused(N_("This comment has no statement any more."))
        await StatementProposal.delete().where(
            (StatementProposal.comment == comment) & (StatementProposal.state == "waiting")
        )
        return await decisions.carry_out(viewer, choice, target)
