"""Feeds and their entries: which are new, which new ones are offered, and how often a feed is fetched."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median
from typing import Literal
from urllib.parse import urljoin, urlsplit

import msgspec

from parley.articles.articles.addresses import canonical
from parley.articles.articles.rules import is_web_address
from parley.platform.text.hosts import bare_host

# The jobs of the worker.
FETCHING, MAKING = "feeds", "feed items"
ItemState = Literal["old", "waiting", "approved"]

# An entry that was published longer ago gets no thread by itself.
OLDEST = timedelta(days=14)
# Entries that are offered when a feed is added.
OFFERED = 10
# Entries that moderators approve before a feed in the mode `auto` needs no review.
APPROVALS_NEEDED = 10
# Threads made in 24 hours: of one feed, and of all feeds with articles on one host.
MOST_A_DAY = 5
MOST_A_DAY_OF_HOST = 20
# More new entries at once, or this many with former dates, are a change of the whole feed.
MOST_NEW = 500
FEWEST_CHANGED = 4

HOUR, DAY = 3_600, 86_400
# Between two requests to one host.
HOST_SECONDS = 10
LONGEST_RETRY = 7 * DAY
LONGEST_URL = 2_000
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)", re.IGNORECASE)
_ONLY_FEED_SCHEME = re.compile("feed:(?=//)", re.IGNORECASE)
_MAX_AGE = re.compile(r"max-age=(\d{1,9})")


class FeedEntry(msgspec.Struct, frozen=True):
    """An entry of a feed. `guid` is its id there, empty if it has none."""

    url: str
    guid: str = ""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None


class FeedDocument(msgspec.Struct, frozen=True):
    """A feed, whatever its format. `ttl` is in minutes, 0 if it states none; `moved_to` is the address it states."""

    title: str
    entries: list[FeedEntry] = []
    ttl: int = 0
    moved_to: str = ""


def address(link: object, base: str) -> str:
    """Return the web address of `link` in a feed at `base`; empty if it is not one."""
    try:
        whole = urljoin(base, str(link).strip())
    except ValueError:
        return ""
    return whole if link and len(whole) <= LONGEST_URL and whole.isprintable() and is_web_address(whole) else ""


def feed_address(link: str) -> str:
    """Return the web address of a feed. Some programs write it as `feed://host/path` or `feed:https://host/path`."""
    return _ONLY_FEED_SCHEME.sub("http:", _FEED_SCHEME.sub("", link.strip(), count=1), count=1)


def key_of(url: str) -> bytes:
    """Return the hash that identifies an entry: of its address, with or without https and www.

    The part after `#` counts, since some feeds list several entries of one page. Their article is the same.
    """
    parts = urlsplit(canonical(url))
    host = parts.netloc.lower().removeprefix("www.")
    query = "&".join(parameter for parameter in parts.query.split("&") if not parameter.startswith("source=rss"))
    words = f"{host}{parts.path.rstrip('/')}?{query}#{urlsplit(url).fragment}"
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()


def guid_of(entry: FeedEntry) -> bytes | None:
    """Return the hash of an entry's id in its feed."""
    return hashlib.sha256(entry.guid.encode("utf-8", "replace")).digest() if entry.guid else None


class KnownItem(msgspec.Struct, frozen=True):
    """An item that the feed listed before."""

    id: int
    key: bytes
    guid: bytes | None
    url: str
    title: str
    thread: int | None


def find_known(
    entry: FeedEntry, by_key: Mapping[bytes, KnownItem], by_guid: Mapping[bytes, KnownItem]
) -> KnownItem | None:
    """Return the item with the address of an entry, or with its id and an address that differs only in its query.

    The same id with another path is a new entry: some feeds use one id for all.
    """
    if known := by_key.get(key_of(entry.url)):
        return known
    same_id = by_guid.get(guid_of(entry) or b"")
    return same_id if same_id and _page(same_id.url) == _page(entry.url) != "" else None


def _page(url: str) -> str:
    """Return host and path; empty without a path, as the query then identifies the page."""
    path = urlsplit(url).path
    return bare_host(url) + path if path.strip("/") else ""


def unique_guids(entries: Iterable[FeedEntry]) -> set[bytes]:
    """Return the hashes of ids that only one entry has."""
    counts = Counter(guid_of(entry) for entry in entries)
    return {guid for guid, count in counts.items() if guid is not None and count == 1}


def without_duplicates(entries: Iterable[FeedEntry]) -> list[FeedEntry]:
    """Return the entries, each address once."""
    return list({key_of(entry.url): entry for entry in reversed(list(entries))}.values())[::-1]


def newest_first(entries: Sequence[FeedEntry]) -> list[FeedEntry]:
    """Return the entries by date, then those without one in the order of the feed."""
    return sorted(entries, key=lambda entry: entry.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)


def changed_as_a_whole(new: Sequence[FeedEntry], listed: int, last: datetime) -> bool:
    """Whether the feed itself seems to have changed, such as all its addresses: too many entries are new.

    `listed` counts the entries of the feed now; `last` is when it was read before. New entries with a later date are
    normal.
    """
    former = sum(entry.published_at is None or entry.published_at < last for entry in new)
    return len(new) > MOST_NEW or (former >= FEWEST_CHANGED and former * 2 >= listed)


def first_states(entries: Sequence[FeedEntry]) -> list[ItemState]:
    """Return the states of the entries of a feed that was just added: the newest are offered."""
    offered = {id(entry) for entry in newest_first(entries)[:OFFERED]}
    return ["waiting" if id(entry) in offered else "old" for entry in entries]


def state_of(entry: FeedEntry, now: datetime, *, automatic: bool) -> ItemState:
    """Return the state of a new entry."""
    if entry.published_at is not None and entry.published_at < now - OLDEST:
        return "old"
    return "approved" if automatic else "waiting"


def pause_after(document: FeedDocument, cache_control: str) -> int:
    """Return the seconds until the next fetch, between an hour and a day.

    The longest of what the server (max-age) and the feed (ttl) ask for, and half the usual time between two entries.
    """
    match = _MAX_AGE.search(cache_control.lower())
    dates = sorted(entry.published_at for entry in document.entries if entry.published_at)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    asked = (int(match[1]) if match else 0, document.ttl * 60, median(gaps) / 2 if gaps else 0)
    return int(min(max(*asked, HOUR), DAY))


def pause_after_failure(failures: int) -> int:
    """Return the seconds until the next fetch after failures in a row: twice as long each time, up to a day."""
    return int(min(HOUR * 2 ** min(failures - 1, 10), DAY))


def retry_seconds(header: str, now: datetime) -> int:
    """Return the seconds that a Retry-After header (RFC 9110) asks for, at most a week; a minute if it has none."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(max(int(text[:9]), HOST_SECONDS), LONGEST_RETRY)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 60
    seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return int(min(max(seconds.total_seconds(), HOST_SECONDS), LONGEST_RETRY))
