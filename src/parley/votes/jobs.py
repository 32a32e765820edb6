"""Counting votes that were left uncounted, and the nightly check of the counters against a recount."""

import msgspec
import structlog

from parley.core import db
from parley.core.events import attempts
from parley.votes.ops import count_waiting, publish_answers
from parley.votes.queries import Drift, drifted

log = structlog.get_logger(__name__)

BATCH = 10_000

REPAIR = """
update comment set ups = $2, downs = $3, agrees = $4, disagrees = $5, unsure = $6, scored_at = clock_timestamp()
where id = $1
"""
# A vote that was given while a moderator moved its comment may name the former thread.
FOLLOW_MOVED = """
update vote v set thread = c.thread from comment c
where c.id > $1 and c.id <= $2 and v.comment = c.id and v.thread <> c.thread
"""

UNCOUNTED = f"""
select distinct member from vote v join member m on m.id = v.member
where not counted and m.state = 'active' and {attempts.due("votes", "v.member")} limit {BATCH}
"""  # noqa: S608 constants only


async def count_left() -> int:
    """Count votes that were cast just when their member confirmed the address. Return the number of members."""
    return len(await attempts.each("votes", await db.values(UNCOUNTED), count_waiting))


async def check_counters() -> int:
    """Recount all votes in batches, log and repair differences, and return how many comments had one."""
    last = await db.value("select coalesce(max(id), 0) from comment")
    found = sum(await attempts.each("counters", range(0, last, BATCH), _check, in_transaction=False))
    log.info("vote counters checked", comments=last, drifted=found)
    return found


async def _check(above: int) -> int:
    """Repair one batch, and return how many comments differed."""
    await db.execute(FOLLOW_MOVED, above, above + BATCH)
    drifts = await drifted(above, above + BATCH)
    for drift in drifts:
        log.error("vote counters drifted", comment=drift.comment)
    await attempts.each("counters to repair", drifts, repair, key=lambda drift: drift.comment)
    return len(drifts)


async def repair(drift: Drift) -> None:
    """Set a comment's counters to the recount of its votes. Its ranks are generated columns and follow."""
    async with db.atomic():
        await db.execute("select 1 from comment where id = $1 for no key update", drift.comment)
        for fresh in await drifted(drift.comment - 1, drift.comment):
            await db.execute(REPAIR, *msgspec.structs.astuple(fresh))
            await publish_answers(fresh.comment)
