"""What makes an entry new, which new ones are offered, and how often a feed is fetched."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from parley.articles.articles.addresses import canonical
from parley.interfaces.inbound_feeds.documents import FeedDocument, FeedEntry
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
_MAX_AGE = re.compile(r"max-age=(\d{1,9})")


def key_of(url: str) -> bytes:
    """The hash that identifies an entry: of its address, whether with https or www or not.

    The part after `#` counts, since some feeds list several entries of one page. Their article is the same.
    """
    parts = urlsplit(canonical(url))
    host = parts.netloc.lower().removeprefix("www.")
    query = "&".join(parameter for parameter in parts.query.split("&") if not parameter.startswith("source=rss"))
    words = f"{host}{parts.path.rstrip('/')}?{query}#{urlsplit(url).fragment}"
    return hashlib.sha256(words.encode("utf-8", "replace")).digest()


def guid_of(entry: FeedEntry) -> bytes | None:
    """The hash of an entry's id in its feed."""
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
    """The item that an entry is: of the same address, or of the same id with an address that differs in its query.

    The same id with another path is a new entry: some feeds use one id for all.
    """
    if known := by_key.get(key_of(entry.url)):
        return known
    same_id = by_guid.get(guid_of(entry) or b"")
    return same_id if same_id and _page(same_id.url) == _page(entry.url) != "" else None


def _page(url: str) -> str:
    """Host and path; empty where the path says nothing, so that the query must identify the page."""
    path = urlsplit(url).path
    return bare_host(url) + path if path.strip("/") else ""


def unique_guids(entries: Iterable[FeedEntry]) -> set[bytes]:
    """The ids that only one entry has."""
    counts = Counter(guid_of(entry) for entry in entries)
    return {guid for guid, count in counts.items() if guid is not None and count == 1}


def without_duplicates(entries: Iterable[FeedEntry]) -> list[FeedEntry]:
    """The entries, each address once."""
    return list({key_of(entry.url): entry for entry in reversed(list(entries))}.values())[::-1]


def newest_first(entries: Sequence[FeedEntry]) -> list[FeedEntry]:
    """The entries by date; those without one in the order of the feed, after the others."""
    return sorted(entries, key=lambda entry: entry.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)


def changed_as_a_whole(new: Sequence[FeedEntry], listed: int, last: datetime) -> bool:
    """Whether so much is new that the feed itself changed, such as all its addresses.

    `listed` counts the entries of the feed now; `last` is when it was read before. New entries with a date since then
    are what feeds are for.
    """
    former = sum(entry.published_at is None or entry.published_at < last for entry in new)
    return len(new) > MOST_NEW or (former >= FEWEST_CHANGED and former * 2 >= listed)


def first_states(entries: Sequence[FeedEntry]) -> list[ItemState]:
    """The states of the entries that a feed lists when it is added: the newest are offered."""
    offered = {id(entry) for entry in newest_first(entries)[:OFFERED]}
    return ["waiting" if id(entry) in offered else "old" for entry in entries]


def state_of(entry: FeedEntry, now: datetime, *, automatic: bool) -> ItemState:
    """The state of a new entry."""
    if entry.published_at is not None and entry.published_at < now - OLDEST:
        return "old"
    return "approved" if automatic else "waiting"


def pause_after(document: FeedDocument, cache_control: str) -> int:
    """Seconds until the next fetch, between an hour and a day.

    The longest of what the server (max-age) and the feed (ttl) ask for, and half the usual time between two entries.
    """
    match = _MAX_AGE.search(cache_control.lower())
    dates = sorted(entry.published_at for entry in document.entries if entry.published_at)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    asked = (int(match[1]) if match else 0, document.ttl * 60, median(gaps) / 2 if gaps else 0)
    return int(min(max(*asked, HOUR), DAY))


def pause_after_failure(failures: int) -> int:
    """Seconds until the next fetch after this many failures in a row: twice as long each time, up to a day."""
    return int(min(HOUR * 2 ** min(failures - 1, 10), DAY))


def retry_seconds(header: str, now: datetime) -> int:
    """The seconds that a Retry-After header asks for, at most a week; a minute where it says nothing (RFC 9110)."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(max(int(text[:9]), HOST_SECONDS), LONGEST_RETRY)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 60
    seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return int(min(max(seconds.total_seconds(), HOST_SECONDS), LONGEST_RETRY))
