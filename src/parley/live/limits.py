"""How many streams a session or an address may have at once."""

from collections import Counter

from parley.core.errors import TooMany
from parley.core.http.access import Viewer
from parley.core.ratelimit import network
from parley.core.text.messages import N_
from parley.live.channel import Bounds
from parley.live.stream import Stream


def owner_of(viewer: Viewer | None, address: str) -> str:
    """Return the owner by whom streams are counted: the session or, for visitors, the address.

    IPv6 addresses count by network, since one subscriber has a whole network.
    """
    if viewer is not None:
        return f"session:{viewer.session}"
    return f"address:{network(address) if ':' in address else address}"


class StreamLimits:
    """The number of streams of each owner."""

    def __init__(self, bounds: Bounds, *, limits: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._bounds = bounds
        self._is_on = limits

    def take(self, stream: Stream) -> None:
        """Count `stream`. Raises TooMany if its owner has too many already."""
        limit = self._bounds.streams_per_session if stream.session else self._bounds.streams_per_address
        if self._is_on and self.counts[stream.owner] >= limit:
            raise TooMany(N_("Live updates are open in too many tabs. Close one to follow this page again."), 30)
        self.counts[stream.owner] += 1

    def release(self, stream: Stream) -> None:
        """Stop counting `stream`."""
        self.counts[stream.owner] -= 1
        if not self.counts[stream.owner]:
            del self.counts[stream.owner]
