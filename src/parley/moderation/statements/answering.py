"""Answering a statement: a vote of agreement that may count as asked."""

from parley.discussion.votes.ops import cast_vote
from parley.moderation.statements import queries
from parley.moderation.statements.offers import Offer
from parley.moderation.statements.rules import MOST_ASKED
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.http.access import Viewer
from parley.platform.text.messages import N_

# Of two answers of a member at once, the second one sees the first one counted.
LOCK_MEMBER = "select pg_advisory_xact_lock(hashtextextended('asked', $1))"


async def answer(viewer: Viewer, thread: int, comment: int, value: int, offer: Offer | None) -> None:
    """Store an answer to a statement of a thread, as a vote of agreement.

    It counts as asked if we offered the statement in a random turn, and the member has not given twenty such answers
    in 24 hours. Raises Refused without such a statement, and as `cast_vote` does.
    """
    statement = await queries.one(comment)
    if statement is None or statement.thread != thread or statement.text is None:
        raise Refused(N_("This statement was withdrawn or removed a moment ago, so your answer was not counted."))
    async with db.atomic():
        asked = offer is not None and offer.is_random and await _is_within_limit(viewer.id)
        wording = offer.wording if offer else None
        await cast_vote(viewer=viewer, comment=comment, axis="agreement", value=value, wording=wording, asked=asked)


async def _is_within_limit(member: int) -> bool:
    await db.value(LOCK_MEMBER, member)
    return await queries.asked_today(member) < MOST_ASKED
