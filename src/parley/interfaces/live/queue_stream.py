"""Open pages of the moderators' queue, and the state that each of them is sent."""

from datetime import datetime
from time import monotonic

from parley.interfaces.live import render
from parley.interfaces.live.stream import Stream
from parley.moderation.modqueue import queries as modqueue
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.waiting import waiting
from parley.people.accounts.sessions import still_staff
from parley.people.accounts.viewer import Viewer
from parley.platform.text.languages import speaking


class QueueStream(Stream):
    """One open queue page: its moderator, its filter, the time at which it was made, and the last message sent."""

    __slots__ = ("filter", "last_message", "since", "viewer")

    def __init__(self, viewer: Viewer, filter_: QueueFilter, since: datetime) -> None:
        super().__init__(0, "", viewer.session, member=viewer.id)
        self.viewer = viewer
        self.filter = filter_
        self.since = since
        self.last_message = b""


class QueueStreams:
    """All open queue pages of this process. Each message has the whole state, so a reader never has to catch up."""

    def __init__(self, poll_seconds: float) -> None:
        self.open: set[QueueStream] = set()
        self.is_due = False
        self._poll_seconds = poll_seconds
        self._refreshed_at = 0.0

    async def refresh(self) -> None:
        """Send every open queue page its state: after a signal, and every few seconds in case a signal was lost."""
        if not self.open or (not self.is_due and monotonic() - self._refreshed_at < self._poll_seconds):
            return
        self.is_due, self._refreshed_at = False, monotonic()
        await self.end_invalid()
        for stream in list(self.open):
            await self.send_state(stream)

    async def send_state(self, stream: QueueStream) -> None:
        """Send a queue page its state, unless it is unchanged."""
        count = await waiting(stream.viewer, stream.filter, stream.since)
        actions = await modqueue.others_actions(stream.viewer.id, stream.since)
        with speaking(stream.language):
            message = render.queue(stream.filter, count, actions)
        if message != stream.last_message:
            stream.last_message = message
            stream.put(message)

    async def end_invalid(self) -> None:
        """End the streams whose sessions have ended, or whose members are no longer active staff."""
        # Streams that join while the database is asked are left alone.
        streams = list(self.open)
        valid = await still_staff([stream.viewer.session for stream in streams]) if streams else set()
        for stream in streams:
            if stream.viewer.session not in valid:
                # It stays in `open` until its connection closes, so that `keep_alive` can abort one that hangs.
                stream.end(render.BYE)
