"""Removing a statement alone, by a decision with its reasons; the comment stays."""

from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import rules
from parley.moderation.decisions.rules import Choice
from parley.moderation.reports import targets
from parley.moderation.statements.rules import require_curator
from parley.moderation.statements.tables import StatementProposal
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.http.access import Viewer
from parley.platform.text.messages import N_


async def remove(viewer: Viewer, comment: int, guideline: str, reason: str) -> int:
    """Remove a comment's statement, mail its author the reasons, and return the id of the decision.

    Raises Forbidden for members and in one's own case, NotFound, and Refused if there is no statement.
    """
    require_curator(viewer)
    async with db.atomic():
        target = await targets.lock("comment", comment)
        rules.require_decision_allowed(viewer, target.member, set())
        if not await db.value("select statement is not null from comment where id = $1", comment):
            raise Refused(N_("This comment has no statement any more."))
        await StatementProposal.delete().where(
            (StatementProposal.comment == comment) & (StatementProposal.state == "waiting")
        )
        return await decisions.carry_out(viewer, Choice(0, 0, "statement", guideline, reason), target)
