"""Fetching a feed: what it says, and when it should be fetched again."""

import hashlib

import msgspec

from parley.articles.articles.text import CacheValidators
from parley.extraction.errors import CannotImport, Unchanged
from parley.extraction.fetching.fetch import FEEDS, fetch
from parley.interfaces.inbound_feeds import sandbox
from parley.interfaces.inbound_feeds.documents import FeedDocument
from parley.platform.settings import settings
from parley.platform.text.messages import N_

LARGEST = 10_000_000  # bytes
_SECONDS = 30.0
NO_FEED = N_("There is no feed at this address: it is neither RSS, Atom nor JSON Feed.")


class FetchedFeed(msgspec.Struct, frozen=True):
    """A feed's document with the HTTP validators and the hash of its body, all of one answer.

    `moved_to` is the address to which the feed or permanent redirects say that it has moved, else empty.
    """

    document: FeedDocument
    validators: CacheValidators
    body_hash: bytes | None
    cache_control: str
    moved_to: str


async def fetch_feed(url: str, known: CacheValidators, body_hash: bytes | None) -> FetchedFeed:
    """Fetch and parse a feed.

    Raises Unchanged when it is the same as before, PageGone, SiteBusy, and CannotImport when it is none.
    """
    rows = await fetch(
        url,
        allow=settings().fetch_allow,
        accept=FEEDS,
        limit=LARGEST,
        deadline=_SECONDS,
        etag=known.etag,
        last_modified=known.last_modified,
    )
    digest = hashlib.sha256(rows.body).digest()
    if digest == body_hash and not rows.moved:
        raise Unchanged
    document = await sandbox.read_feed(rows.body, rows.final_url, rows.headers.get("content-type", ""))
    if document is None:
        raise CannotImport(NO_FEED)
    moved_to = rows.final_url if rows.moved else document.moved_to
    moved_to = "" if moved_to == url else moved_to
    is_here = rows.final_url == url and not moved_to
    return FetchedFeed(
        document,
        # After a redirect they belong to another address.
        CacheValidators(rows.etag, rows.last_modified) if is_here else CacheValidators(),
        # A feed that has moved says so each time with the same words, which must be counted.
        None if moved_to else digest,
        rows.headers.get("cache-control", ""),
        moved_to,
    )
