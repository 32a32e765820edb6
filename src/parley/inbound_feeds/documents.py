"""What a feed says, whatever its format."""

from datetime import datetime

import msgspec

LONGEST_URL = 2_000
LONGEST_TITLE = 300
LONGEST_SUMMARY = 400


class FeedEntry(msgspec.Struct, frozen=True):
    """An entry with an address. `guid` is its id in the feed, empty where it has none."""

    url: str
    guid: str = ""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None


class FeedDocument(msgspec.Struct, frozen=True):
    """A feed as it was fetched. `ttl` is in minutes, 0 where it states none."""

    title: str
    entries: list[FeedEntry] = []
    ttl: int = 0
    # Where the feed says that it has moved.
    moved_to: str = ""
