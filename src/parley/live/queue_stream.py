"""The queues that moderators have open, each told what changed of what its moderator may see."""

from datetime import datetime
from time import monotonic

from parley.accounts.sessions import still_staff
from parley.core.http.access import Viewer
from parley.live import render
from parley.live.stream import Stream
from parley.modqueue import queries as modqueue
from parley.modqueue.queries import QueueFilter


class QueueStream(Stream):
    """One open queue: whose it is, what of the queue it shows, as of when, and what it was told last."""

    __slots__ = ("since", "told", "viewer", "wanted")

    def __init__(self, viewer: Viewer, wanted: QueueFilter, since: datetime) -> None:
        super().__init__(0, f"session:{viewer.session}", viewer.session, member=viewer.id)
        self.viewer = viewer
        self.wanted = wanted
        self.since = since
        self.told = b""


class QueueStreams:
    """All seats of this process. Each is told the whole state anew, so one that was away needs no catching up."""

    def __init__(self, slow_look: float) -> None:
        self.queue_streams: set[QueueStream] = set()
        self.is_stirred = False
        self._slow_look = slow_look
        self._looked = 0.0

    async def look(self) -> None:
        """Tell every open queue what changed: after a signal, and every few seconds for what signals missed."""
        if not self.queue_streams or (not self.is_stirred and monotonic() - self._looked < self._slow_look):
            return
        self.is_stirred, self._looked = False, monotonic()
        await self.end_others()
        for queue_stream in list(self.queue_streams):
            await self.tell(queue_stream)

    async def tell(self, queue_stream: QueueStream) -> None:
        """Tell a seat how the queue stands, unless it knows."""
        waits = await modqueue.waiting(queue_stream.viewer.id, queue_stream.wanted, queue_stream.since)
        message = render.queue(
            queue_stream.wanted, waits, await modqueue.others_actions(queue_stream.viewer.id, queue_stream.since)
        )
        if message != queue_stream.told:
            queue_stream.told = message
            queue_stream.put(message)

    async def end_others(self) -> None:
        """End the streams of whoever is no moderator any more."""
        # Those who take a seat while this is asked are not asked about.
        queue_streams = list(self.queue_streams)
        valid = (
            await still_staff([queue_stream.viewer.session for queue_stream in queue_streams])
            if queue_streams
            else set()
        )
        for queue_stream in queue_streams:
            if queue_stream.viewer.session not in valid:
                queue_stream.end(render.bye())
                self.queue_streams.discard(queue_stream)
