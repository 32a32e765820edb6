"""What a feed says, whatever its format."""

import re
from datetime import datetime
from urllib.parse import urljoin

import msgspec

from parley.articles.articles.rules import is_web_address

LONGEST_URL = 2_000
LONGEST_TITLE = 300
LONGEST_SUMMARY = 400
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)", re.IGNORECASE)
_ONLY_FEED_SCHEME = re.compile("feed:(?=//)", re.IGNORECASE)


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


def address(link: object, base: str) -> str:
    """The web address that `link` in a feed at `base` stands for; empty if it is none."""
    try:
        whole = urljoin(base, str(link).strip())
    except ValueError:
        return ""
    return whole if link and len(whole) <= LONGEST_URL and whole.isprintable() and is_web_address(whole) else ""


def feed_address(link: str) -> str:
    """The web address of a feed, which some programs write as `feed://host/path` or `feed:https://host/path`."""
    return _ONLY_FEED_SCHEME.sub("http:", _FEED_SCHEME.sub("", link.strip(), count=1), count=1)
