"""The jobs of the worker: fetching feeds, and making threads of approved entries."""

from parley.interfaces.inbound_feeds import fetching, publishing
from parley.interfaces.inbound_feeds.rules import FETCHING, MAKING
from parley.platform.events import attempts

MOST_IN_SWEEP = 20


async def fetch_due() -> int:
    """Fetch the feeds that are due, and return how many there were."""
    # One that fails here is due again in a quarter of an hour.
    return await attempts.each_claimed(FETCHING, fetching.claim, fetching.check, most=MOST_IN_SWEEP)


async def make_approved() -> int:
    """Make threads of approved entries, and return how many entries there were."""
    return await attempts.each_claimed(MAKING, publishing.claim, publishing.make, most=MOST_IN_SWEEP)
