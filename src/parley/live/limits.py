"""How many streams somebody may hold at once."""

from collections import Counter

from parley.core.errors import TooMany
from parley.core.http.access import Viewer
from parley.core.ratelimit import network
from parley.live.channel import Bounds
from parley.live.stream import Stream


def holder(viewer: Viewer | None, address: str) -> str:
    """Whose streams are counted together: those of a session or, of visitors, of an address.

    Whoever has one address of IPv6 has all of its network.
    """
    if viewer is not None:
        return f"session:{viewer.session}"
    return f"address:{network(address) if ':' in address else address}"


class StreamLimits:
    """The streams that each holder has."""

    def __init__(self, bounds: Bounds, *, limits: bool) -> None:
        self.held: Counter[str] = Counter()
        self._bounds = bounds
        self._limits = limits

    def take(self, stream: Stream) -> None:
        """Count `stream`. Raises TooMany where its holder has as many as they may."""
        most = self._bounds.streams_a_session if stream.session else self._bounds.streams_an_address
        if self._limits and self.held[stream.owner] >= most:
            raise TooMany("Live updates are open in too many tabs. Close one to follow this page again.", 30)
        self.held[stream.owner] += 1

    def free(self, stream: Stream) -> None:
        """Count `stream` no more."""
        self.held[stream.owner] -= 1
        if not self.held[stream.owner]:
            del self.held[stream.owner]
