"""Reading feeds and their entries."""

from datetime import UTC, datetime

import msgspec

from parley.interfaces.inbound_feeds import sql
from parley.interfaces.inbound_feeds.rules import APPROVALS_NEEDED
from parley.platform import db
from parley.platform.text.messages import Message, deserialize

# Entries of a feed on its page, besides those that wait.
MOST_OTHERS = 50
MOST_WAITING = 100


class FeedRow(msgspec.Struct, frozen=True):
    """A feed as moderators and admins see it. `approvals` counts the entries that moderators approved."""

    id: int
    url: str
    title: str
    topic: str
    topic_name: str
    mode: str
    display: str
    basis: str
    state: str
    note: str
    failures: int
    fetched_at: datetime | None
    failing_since: datetime | None
    due_at: datetime
    moved_to: str
    added_by: str | None
    created_at: datetime
    waiting: int
    approved: int
    made: int
    approvals: int

    @property
    def name(self) -> str:
        return self.title or self.url

    @property
    def message(self) -> Message:
        return deserialize(self.note)

    @property
    def approvals_left(self) -> int:
        """How many approvals a feed in the mode `auto` still needs."""
        return max(APPROVALS_NEEDED - self.approvals, 0) if self.mode == "auto" else 0

    @property
    def is_due(self) -> bool:
        return self.due_at <= datetime.now(UTC)


async def all_feeds() -> list[FeedRow]:
    """All feeds, those with something to decide first."""
    return await db.fetch(FeedRow, sql.SELECT_FEEDS)


async def one(feed: int) -> FeedRow | None:
    return await db.fetch_one(FeedRow, sql.SELECT_FEED, feed)


class FeedItemRow(msgspec.Struct, frozen=True):
    """An entry, with its thread if it has one."""

    id: int
    url: str
    title: str
    summary: str
    published_at: datetime | None
    seen_at: datetime
    state: str
    message: str
    thread: int | None
    slug: str | None
    decided_by: str | None

    @property
    def name(self) -> str:
        return self.title or self.url

    @property
    def reason(self) -> Message:
        return deserialize(self.message)


async def waiting(feed: int) -> list[FeedItemRow]:
    """The entries that wait for review, the newest first."""
    return await db.fetch(FeedItemRow, sql.SELECT_WAITING_ITEMS, feed, MOST_WAITING)


async def others(feed: int) -> list[FeedItemRow]:
    """The newest entries that do not wait."""
    return await db.fetch(FeedItemRow, sql.SELECT_OTHER_ITEMS, feed, MOST_OTHERS)
