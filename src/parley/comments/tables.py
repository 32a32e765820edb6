"""Comments and their earlier versions."""

from typing import Any

from piccolo.columns import (
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from parley.accounts.tables import Member
from parley.threads.tables import Thread


class Comment(Table):
    """One contribution. Counters are those of counted votes; votes/jobs.py proves it every night."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.restrict)
    parent: ForeignKey[Any] = ForeignKey("self", null=True, default=None, on_delete=OnDelete.restrict)
    depth = Integer(null=False, default=0)
    author = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # Whoever wrote an imported comment elsewhere: a name to show, not a member.
    imported_author = Varchar(60, null=True, default=None)
    imported_id = Varchar(80, null=True, default=None)
    state = Varchar(20, null=False, default="visible")
    stance = Varchar(10, null=True, default=None)
    # The anchor: words of a passage, as they were on the revision they were read in (a W3C TextQuoteSelector) …
    made_on = BigInt(null=True, default=None)
    revision = Integer(null=True, default=None)
    quote = Text(null=True, default=None)
    prefix = Text(null=True, default=None)
    suffix = Text(null=True, default=None)
    # … and where they are now: the first and the last passage, and the words where these have changed.
    anchor = Varchar(7, null=True, default=None)
    passage = BigInt(null=True, default=None)
    passage_end = BigInt(null=True, default=None)
    words = Text(null=True, default=None)
    confidence = DoublePrecision(null=True, default=None)
    assisted = Boolean(null=False, default=False)
    # Why it is shown folded, where a moderator or a rule folded it.
    collapsed = Varchar(200, null=True, default=None)
    # Of a top-level comment, the part of the discussion it is in: `whole`, `earlier` or a lineage. Generated.
    part = Varchar(20, null=True, default=None)
    body = Text(null=False, default=None)
    html = Text(null=False, default=None)
    html_version = SmallInt(null=False, default=None)
    # The number of its text, which an edit raises; the history calls it so.
    version = Integer(null=False, default=1)
    submission = UUID(null=True, default=None)
    base_ups = Integer(null=False, default=0)
    base_downs = Integer(null=False, default=0)
    ups = Integer(null=False, default=0)
    downs = Integer(null=False, default=0)
    agrees = Integer(null=False, default=0)
    disagrees = Integer(null=False, default=0)
    passes = Integer(null=False, default=0)
    # The ranks are generated: they follow from the counters by the formulas in migrations/m0035_ranks.py.
    best = DoublePrecision(null=False, default=0.0)
    controversial = DoublePrecision(null=False, default=0.0)
    reply_count = Integer(null=False, default=0)
    created_at = Timestamptz(null=False)
    edited_at = Timestamptz(null=True, default=None)
    deleted_at = Timestamptz(null=True, default=None)
    scored_at = Timestamptz(null=True, default=None)


class PassageCount(Table, tablename="passage_count"):
    """How many visible comments of each stance one part of a discussion has; comments/counts.py keeps it."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    part = Varchar(20, null=False, default=None)
    supports = Integer(null=False, default=0)
    challenges = Integer(null=False, default=0)
    adds = Integer(null=False, default=0)
    asks = Integer(null=False, default=0)
    none = Integer(null=False, default=0)


class CommentVersion(Table):
    """A comment's text as it was before an edit; the comment's own row holds the newest."""

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    number = Integer(null=False, default=None)
    body = Text(null=False, default=None)
    written_at = Timestamptz(null=False, default=None)
