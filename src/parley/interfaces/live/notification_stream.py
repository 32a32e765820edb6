"""Open pages of notifications, which show the number of unread notifications live."""

from parley.interfaces.live import render
from parley.interfaces.live.stream import Stream
from parley.platform.http.access import Viewer


class NotificationStream(Stream):
    """One open page of notifications; `shown` is the number of unread notifications on it."""

    __slots__ = ("shown",)

    def __init__(self, viewer: Viewer, shown: int) -> None:
        super().__init__(0, f"session:{viewer.session}", viewer.session, member=viewer.id)
        self.shown = shown

    def send_unread(self, unread: int, message: bytes) -> None:
        """Send the number, and how many there are besides those on the page."""
        super().send_unread(unread, message + render.more_notifications(max(0, unread - self.shown)))
