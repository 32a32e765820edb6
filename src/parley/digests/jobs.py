"""What the worker does for digests."""

from datetime import UTC, datetime

from parley.core import db
from parley.digests import building, planning
from parley.digests.offering import offered

# What an issue told is asked for no longer: candidates are a month old at most, and the page of an issue stays a while.
OLD = """
delete from issue where id in (select id from issue where planned_at < now() - interval '120 days' limit $1)
"""
BATCH = 1_000


async def run() -> int:
    """Plan what is due, build what was planned, and return how many issues were built."""
    now = datetime.now(UTC)
    while await planning.plan(now):
        pass
    return await build_all(now)


async def build_all(now: datetime) -> int:
    """Build everything that is due, batch by batch, from one look at what could be told."""
    if not await db.value("select 1 from issue where state = 'planned' and due_at <= $1 limit 1", now):
        return 0
    pool = await offered(now)
    built = 0
    while batch := await building.build(now, pool):
        built += batch
    return built


async def purge() -> int:
    """Delete issues that nobody asks for any more, and return how many those were."""
    count = 0
    while gone := await db.execute(OLD, BATCH):
        count += gone
    return count
