"""Counting votes that are still uncounted, and the nightly check of the counters against a recount."""

import msgspec
import structlog

from parley.core import db
from parley.core.events import attempts
from parley.votes.ops import count_uncounted, publish_answers
from parley.votes.queries import Drift, drifted

log = structlog.get_logger(__name__)

BATCH = 10_000

SET_COUNTERS = """
update comment set ups = $2, downs = $3, agrees = $4, disagrees = $5, unsure = $6, scored_at = clock_timestamp()
where id = $1
"""
# A vote that was given while a moderator moved its comment may name the former thread.
CORRECT_THREADS = """
update vote v set thread = c.thread from comment c
where c.id > $1 and c.id <= $2 and v.comment = c.id and v.thread <> c.thread
"""

SELECT_MEMBERS_TO_COUNT = f"""
select distinct member from vote v join member m on m.id = v.member
where not counted and m.state = 'active' and {attempts.due("votes", "v.member")} limit {BATCH}
"""  # noqa: S608 constants only


async def count_all_uncounted() -> int:
    """Count votes of verified members that are still uncounted, such as one cast during the confirmation.

    Return the number of members.
    """
    return len(await attempts.each("votes", await db.values(SELECT_MEMBERS_TO_COUNT), count_uncounted))


async def check_counters() -> int:
    """Recount all votes in batches, log and repair differences, and return how many comments had one."""
    last = await db.value("select coalesce(max(id), 0) from comment")
    drifted_comments = sum(await attempts.each("counters", range(0, last, BATCH), _repair_batch, in_transaction=False))
    log.info("vote counters checked", comments=last, drifted=drifted_comments)
    return drifted_comments


async def _repair_batch(above: int) -> int:
    """Repair the comments with ids in (above, above + BATCH], and return how many differed."""
    await db.execute(CORRECT_THREADS, above, above + BATCH)
    drifts = await drifted(above, above + BATCH)
    for drift in drifts:
        log.error("vote counters drifted", comment=drift.comment)
    await attempts.each("counters to repair", drifts, repair, key=lambda drift: drift.comment)
    return len(drifts)


async def repair(drift: Drift) -> None:
    """Set a comment's counters to the recount of its votes. Its ranks are generated columns and follow."""
    async with db.atomic():
        await db.execute("select 1 from comment where id = $1 for no key update", drift.comment)
        for recount in await drifted(drift.comment - 1, drift.comment):
            await db.execute(SET_COUNTERS, *msgspec.structs.astuple(recount))
            await publish_answers(recount.comment)
