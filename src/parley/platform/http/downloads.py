"""Long downloads: each holds a batch of rows in memory for as long as its reader takes, so few run at once."""

from typing import Any

from parley.platform.errors import Busy, TooMany
from parley.platform.http.bodies import at_end
from parley.platform.networks import Holdings, Source
from parley.platform.settings import settings
from parley.platform.text.messages import N_

# In one process.
MOST_DOWNLOADS, MOST_OF_HOST = 30, 3
RETRY_SECONDS = 30

running = Holdings(MOST_OF_HOST)


def begin(scope: Any, client: Source) -> None:
    """Count a download until its request ends. Raises TooMany where a host or network has many, Busy where all have."""
    if settings().limits and not running.may_add(client):
        raise TooMany(
            N_("Some downloads from your network are not finished yet. Please try again then."), RETRY_SECONDS
        )
    if running.of_host.total() >= MOST_DOWNLOADS:
        raise Busy(N_("The site is busy right now. Please try again in a moment."), RETRY_SECONDS)
    running.add(client)
    at_end(scope, lambda: running.remove(client))
