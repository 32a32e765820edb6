"""The intervals and limits of live updates, and how many streams a session or a host may have at once."""

from collections import Counter

import msgspec

from parley.interfaces.live.stream import Stream
from parley.platform.errors import TooMany
from parley.platform.networks import Holdings, source
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
    streams_per_host: int = 50
    # A reader that is more events behind has to load the page again.
    max_behind: int = 200


class StreamLimits:
    """Counts the streams of each session and, for visitors, of each host and network."""

    def __init__(self, settings: LiveSettings, *, enforce: bool) -> None:
        self.of_sessions: Counter[int] = Counter()
        self.of_visitors = Holdings(settings.streams_per_host)
        self._of_session = settings.streams_per_session
        self._is_enforced = enforce

    def add(self, stream: Stream) -> None:
        """Count `stream`. Raises TooMany if its session or its source has too many already."""
        of = source(stream.address)
        if stream.session:
            is_allowed = self.of_sessions[stream.session] < self._of_session
        else:
            is_allowed = self.of_visitors.may_add(of)
        if self._is_enforced and not is_allowed:
            raise TooMany(N_("Live updates are open in too many tabs. Close one to follow this page again."), 30)
        if stream.session:
            self.of_sessions[stream.session] += 1
        else:
            self.of_visitors.add(of)

    def release(self, stream: Stream) -> None:
        """Stop counting `stream`."""
        if not stream.session:
            self.of_visitors.remove(source(stream.address))
            return
        self.of_sessions[stream.session] -= 1
        if not self.of_sessions[stream.session]:
            del self.of_sessions[stream.session]
