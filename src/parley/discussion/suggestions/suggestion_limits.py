"""How many suggestions may wait at once."""

import msgspec

from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.text.messages import N_

# Each stores a whole text until it is decided.
MOST_OF_A_MEMBER = 10
MOST_IN_A_THREAD = 10

# The suggestion that the new one replaces does not count.
COUNT_WAITING = """
select count(*) filter (where member = $2) as of_member, count(*) filter (where thread = $1) as in_thread
from suggested_update where state = 'waiting' and (member = $2 or thread = $1)
and (thread, member, coalesce(passage, 0)) is distinct from ($1, $2, coalesce($3::bigint, 0))
"""


class WaitingSuggestions(msgspec.Struct, frozen=True):
    of_member: int
    in_thread: int


async def refuse_too_many(thread: int, member: int, passage: int | None = None) -> None:
    """Raise Refused if too many suggestions of a member, or for a thread, wait. The caller has locked the thread.

    The new one is for one `passage` (a lineage) or, without, for the whole article.
    """
    # A member's suggestions are made one after the other, also those for different threads.
    await db.value("select pg_advisory_xact_lock(hashtextextended('suggested_update', $1))", member)
    waiting = await db.fetch_one(WaitingSuggestions, COUNT_WAITING, thread, member, passage)
    if waiting is not None and waiting.of_member >= MOST_OF_A_MEMBER:
        raise Refused(
            N_("{most} updates you suggested still wait for a decision. Please wait until some are decided."),
            most=MOST_OF_A_MEMBER,
        )
    if waiting is not None and waiting.in_thread >= MOST_IN_A_THREAD:
        raise Refused(
            N_("{most} suggested updates of this article still wait for a decision. Please try again later."),
            most=MOST_IN_A_THREAD,
        )
