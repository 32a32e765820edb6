"""Counting votes that are still uncounted, and the nightly check of the counters against a recount."""

import msgspec
import structlog

from parley.discussion.comments.tables import Comment
from parley.discussion.thesis import ops as theses
from parley.discussion.threads.queries import lock_thread
from parley.discussion.votes.ops import count_votes_of_member, publish_answers_to
from parley.discussion.votes.queries import Recount, differing_recounts
from parley.platform import db
from parley.platform.events import attempts

log = structlog.get_logger(__name__)

BATCH = 10_000

SET_COUNTERS = """
update comment set ups = $2, downs = $3, agrees = $4, disagrees = $5, unsure = $6, scored_at = clock_timestamp()
where id = $1
"""
# A vote cast while a moderator was moving its comment may still have the old thread's id.
CORRECT_THREADS = """
update vote v set thread = c.thread from comment c
where c.id > $1 and c.id <= $2 and v.comment = c.id and v.thread <> c.thread
"""

SELECT_MEMBERS_WITH_UNCOUNTED_VOTES = f"""
select m.id from member m where m.state = 'active' and {attempts.due("votes", "m.id")} and m.id in (
    select member from vote where not counted union select member from thesis_answer where not counted
) limit {BATCH}
"""  # noqa: S608 constants only


async def count_remaining_votes() -> int:
    """Count the uncounted votes of up to BATCH active members, and return the number of members.

    There are some if a member had cast many, or casts one while they confirm their address.
    """
    members = await db.values(SELECT_MEMBERS_WITH_UNCOUNTED_VOTES)
    return len(await attempts.each("votes", members, _count_votes_of, in_transaction=False))


async def _count_votes_of(member: int) -> None:
    while await count_votes_of_member(member):
        pass
    await theses.count_answers_of_member(member)


async def check_counters() -> int:
    """Recount all votes in batches, log and repair differences, and return how many comments had one."""
    last_comment = await db.value("select coalesce(max(id), 0) from comment")
    batches = range(0, last_comment, BATCH)
    differing_count = sum(await attempts.each("counters", batches, _repair_batch, in_transaction=False))
    for thesis in await theses.recount():
        log.error("counters of a thesis differ from a recount", thesis=thesis)
    log.info("vote counters checked", last_comment=last_comment, differing=differing_count)
    return differing_count


async def _repair_batch(above: int) -> int:
    """Correct the comments with ids in (above, above + BATCH] and their votes; return how many had wrong counters."""
    await db.execute(CORRECT_THREADS, above, above + BATCH)
    recounts = await differing_recounts(above, above + BATCH)
    for recount in recounts:
        log.error("vote counters differ from a recount", comment=recount.comment)
    await attempts.each("counters to repair", recounts, repair_counters, key=lambda recount: recount.comment)
    return len(recounts)


async def repair_counters(recount: Recount) -> None:
    """Lock the comment, count its votes again, and set its counters. PostgreSQL updates its ranks."""
    async with db.atomic():
        thread = await db.value(Comment.select(Comment.thread).where(Comment.id == recount.comment))
        await lock_thread(thread)
        await db.execute("select 1 from comment where id = $1 for no key update", recount.comment)
        for locked_recount in await differing_recounts(recount.comment - 1, recount.comment):
            await db.execute(SET_COUNTERS, *msgspec.structs.astuple(locked_recount))
            await publish_answers_to(locked_recount.comment)
