"""Load shedding: measures how late the event loop is, and refuses or defers work while it is late.

First to go is work that can be done later, then new live streams, then visitors' pages, then members' pages. Forms and
moderators' requests are never refused here.
"""

import asyncio
from time import monotonic
from typing import Literal

from parley.platform.errors import Busy
from parley.platform.observability import metrics
from parley.platform.text.messages import N_

CHECK_SECONDS = 0.1
# A loop that is less late than this is only looked at once a second.
CALM_LAG, CALM_SECONDS = 0.01, 1.0
# The weight of one measurement in the moving average: several late seconds count, a single pause does not.
WEIGHT = 0.1
# The latest that is counted. Otherwise a process that was suspended for an hour would refuse requests when it resumes.
MAX_LAG_SECONDS = 10.0
Kind = Literal["later", "streams", "visitors", "members"]
# The lag in seconds above which each kind of work is refused.
LIMITS: dict[Kind, float] = {"later": 0.25, "streams": 1.0, "visitors": 2.0, "members": 4.0}
RETRY_SECONDS = 10


class LoopLag:
    """How late the event loop is: a moving average in `seconds`."""

    def __init__(self) -> None:
        self.seconds = 0.0

    async def watch(self) -> None:
        """Measure the lag of the event loop, without end."""
        pause = CHECK_SECONDS
        while True:
            due = monotonic() + pause
            await asyncio.sleep(pause)
            late = monotonic() - due
            self.record(late)
            pause = CHECK_SECONDS if max(late, self.seconds) > CALM_LAG else CALM_SECONDS

    def record(self, seconds: float) -> None:
        """Add one measurement to the average."""
        self.seconds += WEIGHT * (min(seconds, MAX_LAG_SECONDS) - self.seconds)


LOOP_LAG = LoopLag()


def has_time(kind: Kind) -> bool:
    """Whether work of this kind may be done now. Refusals are counted."""
    if LOOP_LAG.seconds <= LIMITS[kind]:
        return True
    metrics.LOAD_SHED.labels(kind).inc()
    return False


def shed(kind: Kind) -> None:
    """Raise Busy when work of this kind may not be done now."""
    if not has_time(kind):
        raise Busy(N_("The site is busy right now. Please try again in a moment."), RETRY_SECONDS)
