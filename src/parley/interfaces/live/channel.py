"""One watched thread with its readers, and the intervals and limits of a hub."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from parley.interfaces.live import queries
from parley.interfaces.live.render import RenderedEvent
from parley.interfaces.live.stream import Stream


class HubSettings(msgspec.Struct, frozen=True):
    """A hub's intervals and time limits in seconds, and how much one reader may use."""

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


class Channel:
    """One watched thread: its readers, and the last event that they were sent."""

    def __init__(self, thread: int, seq: int, scored_from: datetime) -> None:
        self.thread = thread
        self.seq = seq
        self.streams: set[Stream] = set()
        self.lock = asyncio.Lock()
        self.scores_due = False
        # Scores that changed after `scored_from` are read next; those already sent are in `sent_scores`.
        self.scored_from = scored_from
        self.sent_scores: dict[int, queries.ScoredComment] = {}

    def send(self, events: Iterable[RenderedEvent], blocked: dict[int | None, frozenset[int]]) -> None:
        """Queue events for all readers; `blocked` has the members whom each reader blocked."""
        for event in events:
            for stream in self.streams:
                stream.put(event.for_reader(blocked.get(stream.member)), event.seq)
            self.seq = event.seq

    def take_unsent_scores(self, rows: list[queries.ScoredComment]) -> list[queries.ScoredComment]:
        """Return those of `rows` that were not sent yet, count all as sent, and note from when to read next."""
        fresh = [row for row in rows if self.sent_scores.get(row.id) != row]
        self.sent_scores = {row.id: row for row in rows}
        if len(rows) == queries.MOST_SCORED:
            self.scored_from, self.scores_due = rows[-1].scored_at, True
        elif rows:
            self.scored_from = rows[-1].scored_at - queries.LATE_COMMIT
        return fresh


async def blocked_by_readers(channel: Channel, events: Collection[RenderedEvent]) -> dict[int | None, frozenset[int]]:
    """Return the authors of `events` whom each reader of the channel blocked, also for readers who join meanwhile."""
    authors = {event.author for event in events if event.author is not None}
    blocked: dict[int | None, frozenset[int]] = {}
    while members := {stream.member for stream in channel.streams if stream.member is not None} - blocked.keys():
        blocked |= await queries.blocked_by(members, authors)
    return blocked
