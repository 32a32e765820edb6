"""Ingesting a fetched feed: which entries are new, and what becomes of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from parley.articles.articles.addresses import canonical
from parley.articles.articles.duplicates import address_variants
from parley.interfaces.inbound_feeds import rules, sql
from parley.interfaces.inbound_feeds.rules import FeedDocument, FeedEntry, KnownItem
from parley.interfaces.inbound_feeds.tables import InboundFeed
from parley.platform import db
from parley.platform.text.hosts import host_of
from parley.platform.text.messages import N_, Message, serialize

STOPPED = N_(
    "Most entries of this feed changed at once, with dates from before we last read it. Please look at what waits "
    "for review. An admin can then start the feed again."
)


class FeedState(msgspec.Struct, frozen=True):
    """What decides on new entries. `approvals` counts the entries that moderators approved."""

    mode: str
    fetched_at: datetime | None
    approvals: int


class OfferedItem(msgspec.Struct, frozen=True):
    id: int
    url: str


async def ingest(feed: int, document: FeedDocument, now: datetime) -> int:
    """Add the new entries of a feed, and return how many there are.

    At the first fetch, only the newest are offered. A feed that changed as a whole is stopped; its new entries wait.
    """
    async with db.atomic():
        state = await db.fetch_one(FeedState, sql.SELECT_FEED_STATE, feed)
        if state is None:
            return 0
        entries = rules.without_duplicates(document.entries)
        known, new = await _sort(feed, entries)
        await _note_titles(known)
        if state.fetched_at is None:
            await _add(feed, new, rules.first_states(new), now)
            return len(new)
        is_other = rules.changed_as_a_whole(new, len(entries), state.fetched_at)
        automatic = state.mode == "auto" and state.approvals >= rules.APPROVALS_NEEDED and not is_other
        await _add(feed, new, [rules.state_of(entry, now, automatic=automatic) for entry in new], now)
        if is_other:
            await stop(feed, "stopped", STOPPED)
    return len(new)


async def _sort(feed: int, entries: Sequence[FeedEntry]) -> tuple[list[tuple[KnownItem, FeedEntry]], list[FeedEntry]]:
    """Return the entries that were listed before, with their items, and the new ones."""
    keys, guids = [rules.key_of(entry.url) for entry in entries], rules.unique_guids(entries)
    rows = await db.fetch(KnownItem, sql.SELECT_KNOWN_ITEMS, feed, keys, list(guids))
    by_key = {row.key: row for row in rows}
    by_guid = {row.guid: row for row in rows if row.guid in guids}
    pairs = [(rules.find_known(entry, by_key, by_guid), entry) for entry in entries]
    return [(item, entry) for item, entry in pairs if item], [entry for item, entry in pairs if item is None]


async def _add(feed: int, entries: Sequence[FeedEntry], states: Sequence[rules.ItemState], now: datetime) -> None:
    offered = await db.fetch(
        OfferedItem,
        sql.INSERT_ITEMS,
        feed,
        now,
        [rules.key_of(entry.url) for entry in entries],
        [rules.guid_of(entry) for entry in entries],
        [entry.url for entry in entries],
        [host_of(entry.url) for entry in entries],
        [entry.title for entry in entries],
        [entry.summary for entry in entries],
        # A date in the future would keep an entry on top forever.
        [min(entry.published_at, now) if entry.published_at else None for entry in entries],
        list(states),
    )
    # Some have a thread already, as far as their addresses say so.
    pairs = [(entry.id, url) for entry in offered for url in address_variants(canonical(entry.url))]
    await db.execute(sql.LINK_TO_THREADS, [item for item, _ in pairs], [url for _, url in pairs])


async def _note_titles(known: Sequence[tuple[KnownItem, FeedEntry]]) -> None:
    """Save changed titles, and have the sources of their articles checked soon."""
    changed = [(item, entry.title) for item, entry in known if entry.title and entry.title != item.title]
    if changed:
        await db.execute(sql.UPDATE_TITLES, [item.id for item, _ in changed], [title for _, title in changed])
        await db.execute(sql.CHECK_SOURCES, [item.thread for item, _ in changed if item.thread])


async def stop(feed: int, state: str, note: Message) -> None:
    """Fetch a feed no longer, and show moderators why."""
    values: dict[Any, Any] = {InboundFeed.state: state, InboundFeed.note: serialize(note)}
    await InboundFeed.update(values).where(InboundFeed.id == feed)
