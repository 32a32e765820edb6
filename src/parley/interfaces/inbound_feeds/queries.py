"""Reading feeds and their entries."""

from datetime import UTC, datetime

import msgspec

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


FEED_COLUMNS = """
select f.id, f.url, f.title, f.topic, t.name as topic_name, f.mode, f.display, f.basis, f.state, f.note, f.failures,
       f.fetched_at, f.failing_since, f.due_at, f.moved_to, m.name as added_by, f.created_at,
       coalesce(c.waiting, 0) as waiting, coalesce(c.approved, 0) as approved, coalesce(c.made, 0) as made,
       coalesce(c.approvals, 0) as approvals
from inbound_feed f join topic t on t.slug = f.topic left join member m on m.id = f.added_by
left join lateral (
    select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'approved') as approved,
           count(*) filter (where state = 'made') as made,
           count(*) filter (where decided_by is not null and state <> 'skipped') as approvals
    from feed_item i where i.feed = f.id
) c on true
"""
SELECT_FEEDS = f"{FEED_COLUMNS} order by waiting > 0 desc, f.state = 'stopped' desc, f.id desc"
SELECT_FEED = f"{FEED_COLUMNS} where f.id = $1"


async def all_feeds() -> list[FeedRow]:
    """All feeds, those with something to decide first."""
    return await db.fetch(FeedRow, SELECT_FEEDS)


async def one(feed: int) -> FeedRow | None:
    return await db.fetch_one(FeedRow, SELECT_FEED, feed)


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


SELECT_ITEMS = """
select i.id, i.url, i.title, i.summary, i.published_at, i.seen_at, i.state, i.message, t.id as thread, t.slug,
       m.name as decided_by
from feed_item i left join thread t on t.id = i.thread left join member m on m.id = i.decided_by
"""
SELECT_WAITING_ITEMS = (
    f"{SELECT_ITEMS} where i.feed = $1 and i.state = 'waiting' order by i.published_at desc nulls last, i.id limit $2"
)
SELECT_OTHER_ITEMS = f"""
{SELECT_ITEMS} where i.feed = $1 and i.state <> 'waiting'
order by i.state = 'approved' desc, coalesce(i.published_at, i.seen_at) desc, i.id limit $2
"""


async def waiting(feed: int) -> list[FeedItemRow]:
    """The entries that wait for review, the newest first."""
    return await db.fetch(FeedItemRow, SELECT_WAITING_ITEMS, feed, MOST_WAITING)


async def others(feed: int) -> list[FeedItemRow]:
    """The newest entries that do not wait."""
    return await db.fetch(FeedItemRow, SELECT_OTHER_ITEMS, feed, MOST_OTHERS)
