"""Fetching the feeds that are due, and what their answers mean for the next time."""

from datetime import UTC, datetime

import msgspec

from parley.articles.articles.text import CacheValidators
from parley.extraction.errors import CannotImport, PageGone, SiteBusy, Unchanged
from parley.interfaces.inbound_feeds import hosts, rules
from parley.interfaces.inbound_feeds.ingesting import ingest
from parley.interfaces.inbound_feeds.reading import FetchedFeed, fetch_feed
from parley.interfaces.inbound_feeds.tables import InboundFeed
from parley.platform import db
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_, Message, serialize

GONE = N_("The site says that this feed is gone for good. We no longer fetch it.")
MISSING = N_("The site has had no feed at this address for a week. The feed is paused.")
SAME = N_("This feed has moved to an address that is in the list already. Remove one of the two.")


class DueFeed(msgspec.Struct, frozen=True):
    """A feed to fetch. `missing` is whether nothing was found there for a week."""

    id: int
    url: str
    host: str
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    pause: int
    failures: int
    missing: bool
    moved_to: str
    moved_seen: int


COLUMNS = """
f.id, f.url, f.host, f.etag, f.last_modified, f.body_hash, f.pause, f.failures,
coalesce(f.failing_since < now() - interval '7 days', false) as missing, f.moved_to,
case when f.moved_at > now() - interval '48 hours' then f.moved_seen else 0 end as moved_seen
"""
# A claimed feed is due again after a quarter of an hour, in case its worker dies.
CLAIM_FEEDS = f"""
with due as (
    select id from inbound_feed i
    where state = 'active' and due_at <= now() and not {hosts.IS_BUSY.format(host="i.host")}
    order by due_at limit 1 for update skip locked
)
update inbound_feed f set due_at = now() + interval '15 minutes' from due where f.id = due.id returning {COLUMNS}
"""  # noqa: S608 constants only
SELECT_FEED = f"select {COLUMNS} from inbound_feed f where id = $1"  # noqa: S608 constants only


async def claim() -> DueFeed | None:
    """Claim the feed that has been due longest and whose host may be asked."""
    return await db.fetch_one(DueFeed, CLAIM_FEEDS)


async def one(feed: int) -> DueFeed | None:
    return await db.fetch_one(DueFeed, SELECT_FEED, feed)


DEFER_FETCH = "update inbound_feed set due_at = now() + make_interval(secs => $2) where id = $1"


async def check(due: DueFeed) -> None:
    """Fetch a feed and add its new entries. A failure is noted, and the feed is fetched again later."""
    if not await hosts.reserve(due.host):
        await db.execute(DEFER_FETCH, due.id, float(rules.HOST_SECONDS))
        return
    pause: float = rules.HOST_SECONDS
    try:
        fetched = await fetch_feed(due.url, CacheValidators(due.etag, due.last_modified), due.body_hash)
        await _store(due, fetched)
    except Unchanged:
        await db.execute(RECORD_UNCHANGED, due.id)
    except PageGone as error:
        await _handle_gone(due, error)
    except SiteBusy as error:
        pause = rules.retry_seconds(error.retry_after, datetime.now(UTC))
        await _record_failure(due, error.reason, pause)
    except CannotImport as error:
        await _record_failure(due, error.reason)
    finally:
        await hosts.release(due.host, pause)


RECORD_UNCHANGED = """
update inbound_feed set fetched_at = now(), failing_since = null, failures = 0, note = '', moved_seen = 0,
    due_at = now() + make_interval(secs => pause)
where id = $1
"""
RECORD_FETCH = """
update inbound_feed set etag = $2, last_modified = $3, body_hash = $4, pause = $5::int, fetched_at = $6,
    title = case when $7 <> '' then $7 else title end, failing_since = null, failures = 0,
    note = case when state = 'stopped' then note else '' end, due_at = now() + make_interval(secs => $5::int)
where id = $1
"""


async def _store(due: DueFeed, fetched: FetchedFeed) -> None:
    now = datetime.now(UTC)
    pause = rules.pause_after(fetched.document, fetched.cache_control)
    async with db.atomic():
        await ingest(due.id, fetched.document, now)
        kept = fetched.validators
        await db.execute(
            RECORD_FETCH, due.id, kept.etag, kept.last_modified, fetched.body_hash, pause, now, fetched.document.title
        )
        await _note_move(due, fetched.moved_to)


# How often a move is seen before it is followed, each time within 48 hours of the last: a single one may be a mistake.
SIGHTINGS = 3
MOVE_FEED = """
update inbound_feed set url = $2, host = $3, moved_to = '', moved_seen = 0, etag = null, last_modified = null
where id = $1 and not exists (select from inbound_feed where url = $2)
"""


async def _note_move(due: DueFeed, moved_to: str) -> None:
    """Count a permanent redirect, and follow it for good when it was seen often enough."""
    if not moved_to:
        await _record_redirect(due, "", 0)
        return
    seen = due.moved_seen + 1 if moved_to == due.moved_to else 1
    await _record_redirect(due, moved_to, seen)
    if seen >= SIGHTINGS and not await db.execute(MOVE_FEED, due.id, moved_to, host_of(moved_to)):
        await _stop(due, "paused", SAME)


async def _record_redirect(due: DueFeed, moved_to: str, seen: int) -> None:
    await InboundFeed.update(
        {InboundFeed.moved_to: moved_to, InboundFeed.moved_seen: seen, InboundFeed.moved_at: db.NOW}
    ).where(InboundFeed.id == due.id)


async def _stop(due: DueFeed, state: str, note: Message) -> None:
    await InboundFeed.update({InboundFeed.state: state, InboundFeed.note: serialize(note)}).where(
        InboundFeed.id == due.id
    )


async def _handle_gone(due: DueFeed, error: PageGone) -> None:
    if error.is_for_good:
        await _stop(due, "gone", GONE)
    elif due.missing:
        await _stop(due, "paused", MISSING)
    else:
        await _record_failure(due, N_("The site has no feed at this address."))


RECORD_FAILURE = """
update inbound_feed set note = $2, failures = failures + 1, failing_since = coalesce(failing_since, now()),
    due_at = now() + make_interval(secs => $3)
where id = $1
"""


async def _record_failure(due: DueFeed, note: Message, pause: float = 0) -> None:
    await db.execute(
        RECORD_FAILURE, due.id, serialize(note), max(pause, float(rules.pause_after_failure(due.failures + 1)))
    )
