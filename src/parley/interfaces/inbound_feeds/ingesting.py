"""Ingesting a fetched feed: which entries are new, and what becomes of them."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.articles.articles.addresses import canonical
from parley.articles.articles.duplicates import address_variants
from parley.interfaces.inbound_feeds import rules
from parley.interfaces.inbound_feeds.documents import FeedDocument, FeedEntry
from parley.interfaces.inbound_feeds.rules import KnownItem
from parley.interfaces.inbound_feeds.tables import InboundFeed
from parley.platform import db
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_, serialize

STOPPED = N_(
    "Most entries of this feed changed at once, with dates from before we last read it. Please look at what waits "
    "for review. An admin can then start the feed again."
)


class FeedState(msgspec.Struct, frozen=True):
    """What decides on new entries. `approvals` counts those that moderators approved."""

    mode: str
    fetched_at: datetime | None
    approvals: int


SELECT_FEED_STATE = """
select mode, fetched_at, (select count(*) from feed_item i where i.feed = f.id and decided_by is not null
    and state <> 'skipped') as approvals
from inbound_feed f where id = $1 for update
"""
SELECT_KNOWN_ITEMS = """
select id, key, guid, url, title, thread from feed_item where feed = $1 and (key = any($2) or guid = any($3))
"""
INSERT_ITEMS = """
insert into feed_item (feed, key, guid, url, host, title, summary, published_at, seen_at, state, due_at)
select $1, key, guid, url, host, title, summary, published_at, $2, state, now()
from unnest($3::bytea[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[])
    as one (key, guid, url, host, title, summary, published_at, state)
on conflict (feed, key) do nothing
"""


async def ingest(feed: int, document: FeedDocument, now: datetime) -> int:
    """Add what is new in a feed, and return how many entries that is.

    At the first fetch, only the newest are offered. A feed that changed as a whole is stopped; its new entries wait.
    """
    async with db.atomic():
        state = await db.fetch_one(FeedState, SELECT_FEED_STATE, feed)
        if state is None:
            return 0
        entries = rules.without_duplicates(document.entries)
        known, new = await _sort(feed, entries)
        await _note_titles(known)
        if state.fetched_at is None:
            await _add(feed, new, rules.first_states(new), now)
            return len(new)
        stop = rules.changed_as_a_whole(new, len(entries), state.fetched_at)
        automatic = state.mode == "auto" and state.approvals >= rules.APPROVALS_NEEDED and not stop
        await _add(feed, new, [rules.state_of(entry, now, automatic=automatic) for entry in new], now)
        if stop:
            await stop_feed(feed)
    return len(new)


async def _sort(feed: int, entries: Sequence[FeedEntry]) -> tuple[list[tuple[KnownItem, FeedEntry]], list[FeedEntry]]:
    """Which entries were listed before, with their items, and which are new."""
    keys, guids = [rules.key_of(entry.url) for entry in entries], rules.unique_guids(entries)
    rows = await db.fetch(KnownItem, SELECT_KNOWN_ITEMS, feed, keys, list(guids))
    by_key = {row.key: row for row in rows}
    by_guid = {row.guid: row for row in rows if row.guid in guids}
    pairs = [(rules.find_known(entry, by_key, by_guid), entry) for entry in entries]
    return [(item, entry) for item, entry in pairs if item], [entry for item, entry in pairs if item is None]


async def _add(feed: int, entries: Sequence[FeedEntry], states: Sequence[rules.ItemState], now: datetime) -> None:
    keys = [rules.key_of(entry.url) for entry in entries]
    await db.execute(
        INSERT_ITEMS,
        feed,
        now,
        keys,
        [rules.guid_of(entry) for entry in entries],
        [entry.url for entry in entries],
        [host_of(entry.url) for entry in entries],
        [entry.title for entry in entries],
        [entry.summary for entry in entries],
        # A date in the future would keep an entry on top forever.
        [min(entry.published_at, now) if entry.published_at else None for entry in entries],
        list(states),
    )
    await _find_threads(feed, keys)


SELECT_OFFERED_ITEMS = """
select id, url from feed_item where feed = $1 and key = any($2) and state in ('waiting', 'approved')
"""
LINK_TO_THREADS = """
update feed_item i set state = 'known', thread = t.id
from unnest($1::bigint[], $2::text[]) as one (item, url)
join article a on a.url = one.url join thread t on t.article = a.id
where i.id = one.item
"""


class OfferedItem(msgspec.Struct, frozen=True):
    id: int
    url: str


async def _find_threads(feed: int, keys: list[bytes]) -> None:
    """Mark which of the new items are offered and have a thread already, as far as their addresses say so."""
    offered = await db.fetch(OfferedItem, SELECT_OFFERED_ITEMS, feed, keys)
    pairs = [(entry.id, url) for entry in offered for url in address_variants(canonical(entry.url))]
    await db.execute(LINK_TO_THREADS, [item for item, _ in pairs], [url for _, url in pairs])


UPDATE_TITLES = """
update feed_item i set title = one.title from unnest($1::bigint[], $2::text[]) as one (id, title) where i.id = one.id
"""
# The article of an item whose title changed was probably revised.
CHECK_SOURCES = """
update article a set check_at = now() from thread t
where t.article = a.id and t.id = any($1::bigint[]) and a.check_at > now()
"""


async def _note_titles(known: Sequence[tuple[KnownItem, FeedEntry]]) -> None:
    """Keep changed titles, and look at the sources of their articles soon."""
    changed = [(item, entry.title) for item, entry in known if entry.title and entry.title != item.title]
    if changed:
        await db.execute(UPDATE_TITLES, [item.id for item, _ in changed], [title for _, title in changed])
        await db.execute(CHECK_SOURCES, [item.thread for item, _ in changed if item.thread])


async def stop_feed(feed: int) -> None:
    await InboundFeed.update({InboundFeed.state: "stopped", InboundFeed.note: serialize(STOPPED)}).where(
        InboundFeed.id == feed
    )
