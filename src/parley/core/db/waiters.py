"""The line of those who wait for something that is lent out whole: the most urgent has the next turn.

Among alike it is the request that began first: a page asks several times, and what was begun is finished before
something else is, or nothing would be (docs/decisions/0016).
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import IntEnum
from itertools import count
from typing import Any, NamedTuple

from parley.core.observability.metrics import GAVE_WAY


class Urgency(IntEnum):
    """Whose turn comes before whose. Live updates, the worker, and whoever is not known yet count as forms do."""

    STAFF, FORMS, MEMBERS, VISITORS = range(4)


# How many times longer than readers the most urgent wait: they lose what they wrote, or cannot help, where a reader
# asks again. On a machine whose processors are all taken, one turn of the event loop may outlast the time of readers.
LONGER = {Urgency.STAFF: 5, Urgency.FORMS: 5}

# With the number of the request.
_urgency: ContextVar[tuple[Urgency, int]] = ContextVar("urgency", default=(Urgency.FORMS, 0))
_numbers = count(1)


def set_urgency(urgency: Urgency) -> None:
    """Let what this request asks from now on be so urgent."""
    _urgency.set((urgency, next(_numbers)))


class NoConnection(Exception):
    """Those more urgent or earlier had all of it for so long."""


class _Waiter(NamedTuple):
    urgency: tuple[Urgency, int]
    number: int
    turn: asyncio.Future[Any]


class WaiterQueue:
    """A turn that came in the very moment in which its owner went is `passed_on`."""

    def __init__(self, passed_on: Callable[[Any], Awaitable[None]]) -> None:
        self._passed_on = passed_on
        # A heap.
        self._places: list[_Waiter] = []

    def __len__(self) -> int:
        return len(self._places)

    async def turn(self, seconds: float) -> Any:
        """What `let_next` brings when it is this request's turn.

        Raises NoConnection when that takes longer than `seconds`, for the most urgent `LONGER` times those.
        """
        place = _Waiter(_urgency.get(), next(_numbers), asyncio.get_running_loop().create_future())
        heapq.heappush(self._places, place)
        try:
            await asyncio.wait([place.turn], timeout=seconds * LONGER.get(place.urgency[0], 1))
        except asyncio.CancelledError:
            if place.turn.done():
                await self._passed_on(place.turn.result())
            else:
                self._leave(place)
            raise
        if not place.turn.done():
            self._leave(place)
            GAVE_WAY.labels(place.urgency[0].name.lower()).inc()
            raise NoConnection
        return place.turn.result()

    def let_next(self, turn: Any) -> bool:
        """Give the next who waits their turn; False where nobody does."""
        if not self._places:
            return False
        heapq.heappop(self._places).turn.set_result(turn)
        return True

    def _leave(self, place: _Waiter) -> None:
        self._places.remove(place)
        heapq.heapify(self._places)
