"""How many downloads of whole threads run at once in this process.

Each holds a batch of comments in memory for as long as its reader takes.
"""

from collections import Counter
from typing import Any

from parley.platform.errors import Busy, TooMany
from parley.platform.http.bodies import at_end
from parley.platform.settings import settings
from parley.platform.text.messages import N_

MOST_DOWNLOADS, MOST_OF_SITE = 30, 3
RETRY_SECONDS = 30

# Of each network that one person may have (platform/networks.py).
running: Counter[str] = Counter()


def begin(scope: Any, site: str) -> None:
    """Count a download until its request ends. Raises TooMany where a network has many, Busy where all have."""
    if settings().limits and running[site] >= MOST_OF_SITE:
        raise TooMany(
            N_("Some downloads from your network are not finished yet. Please try again then."), RETRY_SECONDS
        )
    if running.total() >= MOST_DOWNLOADS:
        raise Busy(N_("Many downloads are running right now. Please try again in a moment."), RETRY_SECONDS)
    running[site] += 1
    at_end(scope, lambda: _end(site))


def _end(site: str) -> None:
    running[site] -= 1
    if not running[site]:
        del running[site]
