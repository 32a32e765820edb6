"""Open pages of notifications: each hears how many its member has to read."""

from parley.core.http.access import Viewer
from parley.live import render
from parley.live.stream import Stream


class UnreadStream(Stream):
    """One of them: whose it is, and how many unread notifications it shows."""

    __slots__ = ("shown",)

    def __init__(self, viewer: Viewer, shown: int) -> None:
        super().__init__(0, f"session:{viewer.session}", viewer.session, member=viewer.id)
        self.shown = shown

    def say_unread(self, unread: int, message: bytes) -> None:
        """Tell the number, and how many there are besides those on the page."""
        super().say_unread(unread, message + render.more_notifications(max(0, unread - self.shown)))
