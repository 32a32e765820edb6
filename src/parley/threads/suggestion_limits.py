"""How many suggestions may wait at once."""

from piccolo.columns.combination import Where

from parley.core import db
from parley.core.errors import Refused
from parley.core.text.messages import N_
from parley.threads.tables import SuggestedUpdate

# Each stores a whole text until it is decided.
MOST_OF_A_MEMBER = 10
MOST_IN_A_THREAD = 10


async def refuse_too_many(thread: int, member: int) -> None:
    """Raise Refused if too many suggestions of a member, or for a thread, wait. The caller has locked the thread."""
    # Of a member's suggestions for two threads at once, one waits for the other.
    await db.value("select pg_advisory_xact_lock(hashtextextended('suggested_update', $1))", member)
    # The member's waiting suggestion for this thread does not count, since the new one replaces it.
    if await _count_waiting(SuggestedUpdate.member == member, SuggestedUpdate.thread != thread) >= MOST_OF_A_MEMBER:
        raise Refused(N_("Ten updates you suggested still wait for a decision. Please wait until some are decided."))
    if await _count_waiting(SuggestedUpdate.member != member, SuggestedUpdate.thread == thread) >= MOST_IN_A_THREAD:
        raise Refused(N_("Ten suggested updates of this article still wait for a decision. Please try again later."))


async def _count_waiting(*conditions: Where) -> int:
    count: int = await SuggestedUpdate.count().where(SuggestedUpdate.state == "waiting", *conditions)
    return count
