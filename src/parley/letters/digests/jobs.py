"""The worker's job for digests."""

from datetime import UTC, datetime

from parley.letters.digest_selection.shared_candidates import shared_candidates
from parley.letters.digests import building, planning
from parley.letters.digests.tables import Issue


async def run() -> int:
    """Plan the issues that are due, build the planned ones, and return how many were built."""
    now = datetime.now(UTC)
    while await planning.plan(now):
        pass
    return await build_all(now)


async def build_all(now: datetime) -> int:
    """Build all issues that are due, in batches. The shared candidates are read once."""
    if not await Issue.exists().where((Issue.state == "planned") & (Issue.due_at <= now)):
        return 0
    shared = await shared_candidates(now)
    built = 0
    while batch := await building.build(now, shared):
        built += batch
    return built
