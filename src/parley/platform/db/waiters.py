"""A priority queue for those who wait for a connection: the most urgent request first, then the one that began first.

A page runs several queries. What has begun is finished before something else begins (docs/decisions/0016).
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import IntEnum
from itertools import count
from typing import Any, NamedTuple

from parley.platform.observability.metrics import LOAD_SHED


class Urgency(IntEnum):
    """Lower values go first. Live updates, the worker and requests without a known viewer have the urgency of forms."""

    STAFF, FORMS, MEMBERS, VISITORS = range(4)


# How many times longer than readers the most urgent wait. They would lose what they wrote, or could not moderate; a
# reader can load the page again. On a busy machine one turn of the event loop may take longer than readers wait.
PATIENCE = {Urgency.STAFF: 10, Urgency.FORMS: 10}

# The urgency and the number of the running request.
_urgency: ContextVar[tuple[Urgency, int]] = ContextVar("urgency", default=(Urgency.FORMS, 0))
_numbers = count(1)


def set_urgency(urgency: Urgency) -> None:
    """Set the urgency of everything that this request does from now on."""
    _urgency.set((urgency, next(_numbers)))


class NoConnection(Exception):
    """No connection became free in time."""


class _Waiter(NamedTuple):
    urgency: tuple[Urgency, int]
    number: int
    future: asyncio.Future[Any]


class WaiterQueue:
    """`pass_on` gets the resource of a waiter that was cancelled after the resource was given to it."""

    def __init__(self, pass_on: Callable[[Any], Awaitable[None]]) -> None:
        self._pass_on = pass_on
        self._heap: list[_Waiter] = []

    def __len__(self) -> int:
        return len(self._heap)

    async def wait(self, seconds: float) -> Any:
        """Wait for a resource and return it, as given to `resume_next`.

        Raises NoConnection after `seconds`, or `PATIENCE` times as long for the most urgent.
        """
        waiter = _Waiter(_urgency.get(), next(_numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._heap, waiter)
        try:
            await asyncio.wait([waiter.future], timeout=seconds * PATIENCE.get(waiter.urgency[0], 1))
        except asyncio.CancelledError:
            if waiter.future.done():
                await self._pass_on(waiter.future.result())
            else:
                self._remove(waiter)
            raise
        if not waiter.future.done():
            self._remove(waiter)
            LOAD_SHED.labels(waiter.urgency[0].name.lower()).inc()
            raise NoConnection
        return waiter.future.result()

    def resume_next(self, resource: Any) -> bool:
        """Give `resource` to the first waiter. Return False when nobody waits."""
        if not self._heap:
            return False
        heapq.heappop(self._heap).future.set_result(resource)
        return True

    def _remove(self, waiter: _Waiter) -> None:
        self._heap.remove(waiter)
        heapq.heapify(self._heap)
