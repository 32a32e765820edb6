"""The queues that moderators have open, each told what changed of what its moderator may see."""

from datetime import datetime
from time import monotonic

from parley.accounts.sessions import still_staff
from parley.core.access import Viewer
from parley.live import render
from parley.live.stream import Stream
from parley.moderation.queries import queue
from parley.moderation.queries.queue import Wanted


class Seat(Stream):
    """One open queue: whose it is, what of the queue it shows, as of when, and what it was told last."""

    __slots__ = ("since", "told", "viewer", "wanted")

    def __init__(self, viewer: Viewer, wanted: Wanted, since: datetime) -> None:
        super().__init__(0, f"session:{viewer.session}", viewer.session, member=viewer.id)
        self.viewer = viewer
        self.wanted = wanted
        self.since = since
        self.told = b""


class Desk:
    """All seats of this process. Each is told the whole state anew, so one that was away needs no catching up."""

    def __init__(self, slow_look: float) -> None:
        self.seats: set[Seat] = set()
        self.is_stirred = False
        self._slow_look = slow_look
        self._looked = 0.0

    async def look(self) -> None:
        """Tell every seat what changed: after a nudge, and every few seconds for what nudges missed."""
        if not self.seats or (not self.is_stirred and monotonic() - self._looked < self._slow_look):
            return
        self.is_stirred, self._looked = False, monotonic()
        await self.end_others()
        for seat in list(self.seats):
            await self.tell(seat)

    async def tell(self, seat: Seat) -> None:
        """Tell a seat how the queue stands, unless it knows."""
        waits = await queue.waiting(seat.viewer.id, seat.wanted, seat.since)
        message = render.queue(seat.wanted, waits, await queue.deeds(seat.viewer.id, seat.since))
        if message != seat.told:
            seat.told = message
            seat.put(message)

    async def end_others(self) -> None:
        """End the streams of whoever is no moderator any more."""
        # Those who take a seat while this is asked are not asked about.
        seats = list(self.seats)
        valid = await still_staff([seat.viewer.session for seat in seats]) if seats else set()
        for seat in seats:
            if seat.viewer.session not in valid:
                seat.end(render.bye())
                self.seats.discard(seat)
