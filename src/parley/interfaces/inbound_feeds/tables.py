"""Feeds of other sites, what they listed, and the hosts that we ask."""

from piccolo.columns import (
    BigInt,
    BigSerial,
    Bytea,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.threads.tables import Topic
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class InboundFeed(Table, tablename="inbound_feed"):
    """A feed whose articles get threads: after a moderator's review, or by itself in the mode `auto`."""

    id = BigSerial(primary_key=True)
    url = Text(null=False, default=None, unique=True)
    host = Text(null=False, default=None)
    title = Text(null=False, default="")
    topic = ForeignKey(Topic, null=False, default=None, on_delete=OnDelete.restrict)
    mode = Varchar(6, null=False, default="review")
    # `full` needs a written basis, such as an agreement with the publisher.
    display = Varchar(7, null=False, default="excerpt")
    basis = Text(null=False, default="")
    # `stopped`: it changed so much at once that a person must look first. `gone`: its server answered 410.
    state = Varchar(7, null=False, default="active")
    # Why the last fetch failed or the feed is stopped, as a message; else empty.
    note = Text(null=False, default="")
    # HTTP validators, and a hash of the body, all of the same answer.
    etag = Text(null=True, default=None)
    last_modified = Text(null=True, default=None)
    body_hash = Bytea(null=True, default=None)
    # The last fetch that was understood, and since when none was.
    fetched_at = Timestamptz(null=True, default=None)
    failing_since = Timestamptz(null=True, default=None)
    failures = Integer(null=False, default=0)
    # Seconds between two fetches.
    pause = Integer(null=False, default=3_600)
    due_at = Timestamptz(null=False)
    # Where a permanent redirect led, how often in a row, and when last.
    moved_to = Text(null=False, default="")
    moved_seen = SmallInt(null=False, default=0)
    moved_at = Timestamptz(null=True, default=None)
    added_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.set_null)
    created_at = Timestamptz(null=False)

    inbound_feed_mode_check = Check("mode in ('review', 'auto')")
    inbound_feed_display_check = Check("display in ('excerpt', 'full')")
    inbound_feed_basis_check = Check("display = 'excerpt' or basis <> ''")
    inbound_feed_state_check = Check("state in ('active', 'paused', 'stopped', 'gone')")

    inbound_feed_due = Index("due_at", where="state = 'active'")


class FeedItem(Table, tablename="feed_item"):
    """An entry that a feed listed once. It stays when the feed no longer lists it, so that it is never taken for new.

    States: `old` (not offered), `waiting` for review, `approved` (a thread will be made), `made`, `known` (its article
    had a thread already), `skipped`, `failed`.
    """

    id = BigSerial(primary_key=True)
    feed = ForeignKey(InboundFeed, null=False, default=None, on_delete=OnDelete.cascade)
    # Hashes of its address and of its id in the feed (rules.py).
    key = Bytea(null=False, default=None)
    guid = Bytea(null=True, default=None)
    url = Text(null=False, default=None)
    host = Text(null=False, default=None)
    title = Text(null=False, default="")
    summary = Text(null=False, default="")
    published_at = Timestamptz(null=True, default=None)
    seen_at = Timestamptz(null=False)
    state = Varchar(8, null=False, default="waiting")
    # Why no thread could be made, as a message.
    message = Text(null=False, default="")
    thread = BigInt(null=True, default=None)
    # Who approved or skipped it; None where the feed's mode did.
    decided_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.set_null)
    # A claimed one is due again if its worker dies.
    due_at = Timestamptz(null=False)
    made_at = Timestamptz(null=True, default=None)

    feed_item_state_check = Check("state in ('old', 'waiting', 'approved', 'made', 'known', 'skipped', 'failed')")
    feed_item_feed_key_key = Unique([feed, key])

    feed_item_guid = Index("feed, guid", where="guid is not null")
    feed_item_due = Index("due_at", where="state = 'approved'")
    feed_item_waiting = Index("feed, id", where="state = 'waiting'")
    feed_item_made = Index("made_at", where="made_at is not null")


class FeedHost(Table, tablename="feed_host"):
    """A host that feeds or their articles are on: when it may be asked next, and what its robots.txt says."""

    host = Text(primary_key=True, null=False, default=None)
    next_at = Timestamptz(null=False)
    robots = Text(null=False, default="")
    robots_at = Timestamptz(null=True, default=None)
