"""Fetching the feeds that are due, and what their answers mean for the next time."""

import hashlib
from datetime import UTC, datetime

import msgspec

from parley.extraction.errors import CannotImport, PageGone, SiteBusy, Unchanged
from parley.extraction.fetching.fetch import FEEDS, fetch
from parley.interfaces.inbound_feeds import hosts, rules, sandbox, sql
from parley.interfaces.inbound_feeds.ingesting import ingest, stop
from parley.interfaces.inbound_feeds.tables import InboundFeed
from parley.platform import db
from parley.platform.settings import settings
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_, Message, serialize

LARGEST = 10_000_000  # bytes
SECONDS = 30.0
# How often a move is seen before it is followed, each time within 48 hours of the last: a single one may be a mistake.
SIGHTINGS = 3
NO_FEED = N_("There is no feed at this address: it is neither RSS, Atom nor JSON Feed.")
GONE = N_("The site says that this feed is gone for good. We no longer fetch it.")
MISSING = N_("The site has had no feed at this address for a week. The feed is paused.")
SAME = N_("This feed has moved to an address that is in the list already. Remove one of the two.")


class DueFeed(msgspec.Struct, frozen=True):
    """A feed to fetch. `missing` is whether every fetch has failed for a week."""

    id: int
    url: str
    host: str
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    failures: int
    missing: bool
    moved_to: str
    moved_seen: int


async def claim() -> DueFeed | None:
    """Claim the feed that has been due longest and whose host may be asked."""
    return await db.fetch_one(DueFeed, sql.CLAIM_FEED)


async def one(feed: int) -> DueFeed | None:
    return await db.fetch_one(DueFeed, sql.SELECT_DUE_FEED, feed)


async def check(due: DueFeed) -> None:
    """Fetch a feed and add its new entries. A failure is recorded, and the feed is fetched again later."""
    if not await hosts.reserve(due.host):
        await db.execute(sql.DEFER_FEED, due.id, float(rules.HOST_SECONDS))
        return
    pause: float = rules.HOST_SECONDS
    try:
        await _fetch(due)
    except Unchanged:
        await db.execute(sql.RECORD_UNCHANGED, due.id)
    except PageGone as error:
        if error.is_for_good:
            await stop(due.id, "gone", GONE)
        elif due.missing:
            await stop(due.id, "paused", MISSING)
        else:
            await _record_failure(due, N_("The site has no feed at this address."))
    except SiteBusy as error:
        pause = rules.retry_seconds(error.retry_after, datetime.now(UTC))
        await _record_failure(due, error.reason, pause)
    except CannotImport as error:
        await _record_failure(due, error.reason)
    finally:
        await hosts.release(due.host, pause)


async def _fetch(due: DueFeed) -> None:
    download = await fetch(
        due.url,
        allow=settings().fetch_allow,
        accept=FEEDS,
        limit=LARGEST,
        deadline=SECONDS,
        etag=due.etag,
        last_modified=due.last_modified,
    )
    digest = hashlib.sha256(download.body).digest()
    if digest == due.body_hash and not download.moved:
        raise Unchanged
    document = await sandbox.read_feed(download.body, download.final_url, download.headers.get("content-type", ""))
    if document is None:
        raise CannotImport(NO_FEED)
    moved_to = download.final_url if download.moved else document.moved_to
    moved_to = "" if moved_to == due.url else moved_to
    # After a redirect, the validators belong to another address.
    is_here = download.final_url == due.url and not moved_to
    etag, last_modified = (download.etag, download.last_modified) if is_here else (None, None)
    now = datetime.now(UTC)
    pause = rules.pause_after(document, download.headers.get("cache-control", ""))
    async with db.atomic():
        await ingest(due.id, document, now)
        # A feed that has moved may say so in the same words each time, and each time counts.
        known = None if moved_to else digest
        await db.execute(sql.RECORD_FETCH, due.id, etag, last_modified, known, pause, now, document.title)
        await _record_move(due, moved_to)


async def _record_move(due: DueFeed, moved_to: str) -> None:
    """Count a permanent redirect, and follow it for good once it has been seen often enough."""
    seen = 0
    if moved_to:
        seen = due.moved_seen + 1 if moved_to == due.moved_to else 1
    await InboundFeed.update(
        {InboundFeed.moved_to: moved_to, InboundFeed.moved_seen: seen, InboundFeed.moved_at: db.NOW}
    ).where(InboundFeed.id == due.id)
    if seen >= SIGHTINGS and not await db.execute(sql.MOVE_FEED, due.id, moved_to, host_of(moved_to)):
        await stop(due.id, "paused", SAME)


async def _record_failure(due: DueFeed, note: Message, pause: float = 0) -> None:
    seconds = max(pause, float(rules.pause_after_failure(due.failures + 1)))
    await db.execute(sql.RECORD_FAILURE, due.id, serialize(note), seconds)
