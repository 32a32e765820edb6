"""The jobs of the worker: fetching feeds, and making threads of approved entries."""

from parley.interfaces.inbound_feeds import fetching, publishing
from parley.interfaces.inbound_feeds.rules import FETCHING, MAKING
from parley.platform.events import attempts

# In one sweep.
MOST_IN_SWEEP = 20


async def fetch_due() -> int:
    """Fetch the feeds that are due, and return how many there were."""
    count = 0
    while count < MOST_IN_SWEEP and (due := await fetching.claim()) is not None:
        # One that fails here is due again in a quarter of an hour.
        await attempts.each(FETCHING, [due], fetching.check, key=lambda feed: feed.id, in_transaction=False)
        count += 1
    return count


async def make_approved() -> int:
    """Make threads of approved entries, and return how many entries there were."""
    count = 0
    while count < MOST_IN_SWEEP and (item := await publishing.claim()) is not None:
        await attempts.each(MAKING, [item], publishing.make, key=lambda approved: approved.id, in_transaction=False)
        count += 1
    return count
