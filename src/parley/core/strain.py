"""How late this process turns to what is due, and what gives way while it is late.

First what can as well be done later, then new live streams, then visitors' reading. Members are served whatever comes,
so that moderators get in when it matters.
"""

import asyncio
from time import monotonic

from parley.core.errors import Busy

LOOK_SECONDS = 0.1
# What one look counts for beside those before it: some seconds decide, and no single pause.
WEIGHT = 0.1
# Later than this is no later: a process that was stopped for an hour would turn people away when it goes on.
LATEST_SECONDS = 10.0
# Seconds late from which each gives way.
LATER, STREAMS, VISITORS = 0.25, 1.0, 2.0
RETRY_SECONDS = 10


class Strain:
    """`late` is in seconds, a moving average."""

    def __init__(self) -> None:
        self.late = 0.0

    async def watch(self) -> None:
        """Look for ever how late the event loop is."""
        while True:
            due = monotonic() + LOOK_SECONDS
            await asyncio.sleep(LOOK_SECONDS)
            self.note(monotonic() - due)

    def note(self, seconds: float) -> None:
        """Take into the average that one look was so late."""
        self.late += WEIGHT * (min(seconds, LATEST_SECONDS) - self.late)


STRAIN = Strain()


def has_time(limit: float) -> bool:
    """Whether what gives way from `limit` on may be done now."""
    return STRAIN.late <= limit


def give_way(limit: float) -> None:
    """Raise Busy where what is asked for gives way."""
    if not has_time(limit):
        raise Busy("More is asked of Parley than it can do at this moment. Please try again shortly.", RETRY_SECONDS)
