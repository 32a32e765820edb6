"""Rests of jobs that follow events, so that those who post have PostgreSQL to themselves most of the time."""

import asyncio
from math import inf
from time import perf_counter

from parley.platform import db

# So many times longer than it worked a job rests while people post, and while nobody does: after an outage of the
# worker, what waits is done soon.
BUSY, QUIET = 6, 1
IS_BUSY = """
select coalesce((
    select created_at > clock_timestamp() - interval '1 second' from event order by id desc limit 1), false)
"""


class Pace:
    """Measures the time between `rest` and `rest`, and rests in proportion, for `most` seconds at most."""

    def __init__(self, most: float = inf) -> None:
        self._most = most
        self._started = perf_counter()

    async def rest(self) -> None:
        worked = perf_counter() - self._started
        await asyncio.sleep(min(worked * (BUSY if await db.value(IS_BUSY) else QUIET), self._most))
        self._started = perf_counter()
