"""The intervals and limits of live updates, and how many streams a session or an address may have at once."""

from collections import Counter

import msgspec

from parley.interfaces.live.stream import Stream
from parley.people.accounts.viewer import Viewer
from parley.platform.errors import TooMany
from parley.platform.networks import host, site
from parley.platform.ratelimit import SITE_NETWORKS
from parley.platform.text.messages import N_


class LiveSettings(msgspec.Struct, frozen=True):
    """Intervals and time limits in seconds, and how much one reader may use."""

    poll_interval: float = 5.0
    # Of scores, unread counts and open queue pages.
    update_interval: float = 1.0
    session_check_interval: float = 4.0
    heartbeat_interval: float = 15.0
    # A stream whose connection has not accepted a message for this long is aborted.
    send_timeout: float = 10.0
    lifetime: float = 1_800.0
    streams_per_session: int = 5
    # For visitors; members are counted by session.
    streams_per_address: int = 50
    # A reader that is more events behind has to load the page again.
    max_behind: int = 200


def owner_of(viewer: Viewer | None, address: str) -> str:
    """Return the owner by whom streams are counted: the session or, for visitors, the address.

    IPv6 addresses are counted by network (/64), since one customer has a whole one.
    """
    return f"address:{host(address)}" if viewer is None else f"session:{viewer.session}"


class StreamLimits:
    """The number of streams of each owner."""

    def __init__(self, settings: LiveSettings, *, enforce: bool) -> None:
        self.counts: Counter[str] = Counter()
        self._settings = settings
        self._is_enforced = enforce

    def add(self, stream: Stream) -> None:
        """Count `stream`. Raises TooMany if its owner has too many already."""
        limits = self._limits_of(stream)
        if self._is_enforced and any(self.counts[owner] >= limit for owner, limit in limits.items()):
            raise TooMany(N_("Live updates are open in too many tabs. Close one to follow this page again."), 30)
        self.counts.update(limits.keys())

    def release(self, stream: Stream) -> None:
        """Stop counting `stream`."""
        for owner in self._limits_of(stream):
            self.counts[owner] -= 1
            if not self.counts[owner]:
                del self.counts[owner]

    def _limits_of(self, stream: Stream) -> dict[str, int]:
        """Return the owners that `stream` counts for, with their limits.

        For a visitor these are the address and its site (the /48 around an IPv6 network).
        """
        if stream.session:
            return {stream.owner: self._settings.streams_per_session}
        limit, address = self._settings.streams_per_address, stream.owner.removeprefix("address:")
        return {stream.owner.replace(address, site(address)): SITE_NETWORKS * limit, stream.owner: limit}
