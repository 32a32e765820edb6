"""What the worker does for digests."""

from datetime import UTC, datetime

from parley.core import db
from parley.digests import building, planning
from parley.digests.shared_candidates import offered


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
