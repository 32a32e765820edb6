"""One watched thread with its readers, and the bounds within which a hub serves them."""

import asyncio
from datetime import datetime

import msgspec

from parley.live import queries
from parley.live.stream import Stream


class Bounds(msgspec.Struct, frozen=True):
    """The hub's times in seconds, and how much one reader may take up."""

    slow_look: float = 5.0
    scores: float = 1.0
    still_valid: float = 4.0
    heartbeat: float = 15.0
    # A reader that takes nothing for so long is cut off.
    send: float = 10.0
    lifetime: float = 1_800.0
    streams_a_session: int = 5
    # Of visitors without an account; who is signed in is counted by session.
    streams_an_address: int = 50
    # A reader further behind than so many events is told to load the page again.
    most_behind: int = 200


class Channel:
    """One watched thread: its readers, and how far they have been told."""

    def __init__(self, thread: int, seq: int, scored_from: datetime) -> None:
        self.thread = thread
        self.seq = seq
        self.streams: set[Stream] = set()
        self.lock = asyncio.Lock()
        self.scores_due = False
        # Scores are read from here on; those told already stand in `told`.
        self.scored_from = scored_from
        self.told: dict[int, queries.Scored] = {}
