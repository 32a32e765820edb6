"""How late this process turns to what is due, and what gives way while it is late.

First what can as well be done later, then new live streams, then visitors' reading, at last members'. What is sent is
taken whatever comes, and moderators get in when it matters.
"""

import asyncio
from time import monotonic
from typing import Literal

from parley.core.errors import Busy
from parley.core.observability import metrics

LOOK_SECONDS = 0.1
# What one look counts for beside those before it: some seconds decide, and no single pause.
WEIGHT = 0.1
# Later than this is no later: a process that was stopped for an hour would turn people away when it goes on.
LATEST_SECONDS = 10.0
Kind = Literal["later", "streams", "visitors", "members"]
# Seconds late from which each kind of work gives way.
LIMITS: dict[Kind, float] = {"later": 0.25, "streams": 1.0, "visitors": 2.0, "members": 4.0}
RETRY_SECONDS = 10


class LoopLag:
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


LOOP_LAG = LoopLag()


def has_time(kind: Kind) -> bool:
    """Whether work of this kind may be done now; counted is how often it may not."""
    if LOOP_LAG.late <= LIMITS[kind]:
        return True
    metrics.GAVE_WAY.labels(kind).inc()
    return False


def shed(kind: Kind) -> None:
    """Raise Busy where work of this kind may not be done now."""
    if not has_time(kind):
        raise Busy("Parley is busy right now. Please try again in a moment.", RETRY_SECONDS)
