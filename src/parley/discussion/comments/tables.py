"""Comments and their earlier versions."""

from typing import Any

from piccolo.columns import (
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    DoublePrecision,
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

from parley.discussion.comments.ranks import BEST, CONTROVERSIAL
from parley.discussion.threads.tables import Thread
from parley.people.accounts.tables import Member
from parley.platform.db.schema import GeneratedDouble, GeneratedVarchar, Index

PART = """case when parent is not null then null when passage is null then 'whole' when anchor = 'lost' then 'earlier'
  else passage::text end"""


class Comment(Table):
    """One comment. Its counters include counted votes only; discussion/votes/jobs.py checks them every night.

    Votes of agreement count while they are about the present wording.
    """

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.restrict)
    parent: ForeignKey[Any] = ForeignKey("self", null=True, default=None, on_delete=OnDelete.restrict)
    depth = Integer(null=False, default=0)
    author = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # The author of an imported comment: a name to show, not a member.
    imported_author = Varchar(60, null=True, default=None)
    imported_id = Varchar(80, null=True, default=None)
    # The thread that it was imported into, which it keeps when it is moved: the same file again adds nothing.
    imported_into = BigInt(null=True, default=None)
    state = Varchar(20, null=False, default="visible")
    stance = Varchar(10, null=True, default=None)
    # The anchor (a W3C TextQuoteSelector): words of a passage as they were in the revision that the author read …
    made_on = BigInt(null=True, default=None)
    revision = Integer(null=True, default=None)
    quote = Text(null=True, default=None)
    prefix = Text(null=True, default=None)
    suffix = Text(null=True, default=None)
    # … and where they are now: the first and last passage, and the words as they read now if they changed.
    anchor = Varchar(7, null=True, default=None)
    passage = BigInt(null=True, default=None)
    passage_end = BigInt(null=True, default=None)
    words = Text(null=True, default=None)
    confidence = DoublePrecision(null=True, default=None)
    # Whether an editor of the article chose these words. Then they are followed, not those that the author quoted.
    by_hand = Boolean(null=False, default=False)
    assisted = Boolean(null=False, default=False)
    # The reason why a moderator or a rule collapsed it, if one did.
    collapsed = Varchar(200, null=True, default=None)
    # The first comment of the locked branch that it is in. Nobody can reply there.
    locked_branch = BigInt(null=True, default=None)
    # The part of the discussion that a top-level comment is in: `whole`, `earlier` or a lineage.
    part = GeneratedVarchar(PART, length=20, null=True, default=None)
    body = Text(null=False, default=None)
    html = Text(null=False, default=None)
    html_version = SmallInt(null=False, default=None)
    # The beginning of its text, for lists (rules.py: EXCERPT). Made with the HTML, and of the same version.
    excerpt = Text(null=True, default=None)
    # The first part of long HTML (platform/text/beginnings.py). A trigger empties it when the HTML changes without it.
    beginning = Text(null=True, default=None)
    # The number of its text, as the history shows it; an edit increments it.
    version = Integer(null=False, default=1)
    # The comment in one sentence, which members agree or disagree with. Without one, they do so with the body.
    statement = Varchar(140, null=True, default=None)
    # The version that introduced the present words of the statement or, without one, of the body.
    wording = Integer(null=False, default=1)
    submission = UUID(null=True, default=None)
    # The votes that an imported comment came with.
    base_ups = Integer(null=False, default=0)
    base_downs = Integer(null=False, default=0)
    ups = Integer(null=False, default=0)
    downs = Integer(null=False, default=0)
    agrees = Integer(null=False, default=0)
    disagrees = Integer(null=False, default=0)
    unsure = Integer(null=False, default=0)
    # The published counts of answers: agrees, disagrees, unsure; and how many there were when it was last decided
    # whether to publish newer ones (discussion/votes/ops.py).
    published = Array(base_column=Integer(), null=False, default=[0, 0, 0, 0])
    best = GeneratedDouble(BEST, null=False, default=0.0)
    controversial = GeneratedDouble(CONTROVERSIAL, null=False, default=0.0)
    reply_count = Integer(null=False, default=0)
    created_at = Timestamptz(null=False)
    edited_at = Timestamptz(null=True, default=None)
    deleted_at = Timestamptz(null=True, default=None)
    # When a vote on it was last counted.
    scored_at = Timestamptz(null=True, default=None)

    comment_state_check = Check(
        "state in ('pending', 'visible', 'hidden', 'removed', 'rejected', 'expired', 'withdrawn', 'deleted_by_author')"
    )
    comment_stance_check = Check(
        "stance is null or (stance in ('supports', 'challenges', 'adds', 'asks') and parent is null)"
    )
    comment_anchor_check = Check(
        "anchor is null or (anchor in ('same', 'changed', 'moved', 'kept', 'lost') and parent is null)"
    )
    comment_anchored_check = Check("(anchor is null) = (passage is null)")
    # Whatever takes the words of a comment away takes the excerpt too.
    comment_excerpt_check = Check("body <> '' or coalesce(excerpt, '') = ''")

    comment_author_submission_key = Index("author, submission", where="submission is not null", unique=True)
    comment_imported_key = Index("imported_into, imported_id", where="imported_into is not null", unique=True)
    # Each order has an index that includes the id: thousands of comments without votes have the same rank.
    comment_best = Index("thread, best desc, id")
    comment_time = Index("thread, created_at, id")
    comment_controversial = Index("thread, controversial desc, id")
    comment_roots = Index("thread, best desc, id", where="parent is null")
    comment_roots_time = Index("thread, created_at, id", where="parent is null")
    comment_children = Index("parent, best desc, id", where="parent is not null")
    comment_children_time = Index("parent, created_at, id", where="parent is not null")
    comment_part = Index("thread, part, best desc, id", where="part is not null")
    comment_part_time = Index("thread, part, created_at, id", where="part is not null")
    comment_part_controversial = Index("thread, part, controversial desc, id", where="part is not null")
    comment_stance = Index("thread, stance, part, best desc, id", where="stance is not null")
    comment_author = Index("author, created_at desc", where="author is not null")
    comment_imported_author = Index("imported_author", where="imported_author is not null")
    comment_pending = Index("author, created_at", where="state = 'pending'")
    comment_hidden = Index("id", where="state = 'hidden'")
    # With the default order, PostgreSQL would use this index to find the newest comments of a part, and read every
    # comment of the forum for a part that has none. `nulls first` leaves it for ranges of time; there are no nulls.
    comment_created = Index("created_at nulls first")
    # The deck of a thread (statements/queries.py).
    comment_statement = Index("thread, best desc, id", where="statement is not null")
    comment_statement_stance = Index(
        "thread, stance, best desc, id", where="statement is not null and stance is not null"
    )
    comment_statement_part = Index("thread, part, best desc, id", where="statement is not null and part is not null")
    comment_scored = Index("thread, scored_at", where="scored_at is not null")
    # To find comments that an earlier version rendered.
    comment_html_version = Index("html_version, id")
    # Comments whose beginning is still to be made.
    comment_long = Index("id", where="beginning is null and octet_length(html) > 64000")


class CommentSignature(Table, tablename="comment_signature"):
    """A hash of a comment's text, by which near-copies are found (matching/signature.py). It contains no text."""

    comment = BigInt(primary_key=True, null=False, default=None)
    sketch = Bytea(null=False, default=None)
    bands = Array(base_column=Integer(), null=False, default=list)
    # The hosts that it links to.
    hosts = Array(base_column=Text(), null=False, default=list)
    created_at = Timestamptz(null=False)

    # Without a list of pending entries, which every look-up would read.
    comment_signature_bands = Index("bands", using="gin", options="fastupdate=off")
    comment_signature_linked = Index("created_at", where="hosts <> '{}'")


class PassageCount(Table, tablename="passage_count"):
    """The number of visible comments of each stance in one part of a discussion; comments/counts.py updates it."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    part = Varchar(20, null=False, default=None)
    supports = Integer(null=False, default=0)
    challenges = Integer(null=False, default=0)
    adds = Integer(null=False, default=0)
    asks = Integer(null=False, default=0)
    none = Integer(null=False, default=0)

    passage_count_part = Unique([thread, part])


class QuotedWords(Table, tablename="quoted_words"):
    """How many visible comments are about the same words of a passage; discussion/comments/counts.py updates it."""

    id = BigSerial(primary_key=True)
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    passage = BigInt(null=False, default=None)
    words = Text(null=False, default=None)
    comments = Integer(null=False, default=0)

    quoted_words_key = Index("thread, passage, md5(words)", unique=True)
    quoted_words_most = Index("thread, comments desc, id")


class CommentVersion(Table):
    """A comment's text as it was before an edit; the comment's own row holds the newest."""

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    number = Integer(null=False, default=None)
    body = Text(null=False, default=None)
    statement = Varchar(140, null=True, default=None)
    written_at = Timestamptz(null=False, default=None)

    comment_version_comment_number_key = Unique([comment, number])


class CommentTranslation(Table, tablename="comment_translation"):
    """What a machine made of the present words of a visible comment; a trigger deletes it with them (schema.sql)."""

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    language = Varchar(8, null=False, default=None)
    html = Text(null=False, default=None)
    created_at = Timestamptz(null=False)

    comment_translation_comment_language_key = Unique(["comment", "language"])


class ImportedAddress(Table, tablename="imported_address"):
    """The e-mail address with which an imported comment was written, as a keyed hash (imported_addresses.py)."""

    comment = ForeignKey(Comment, primary_key=True, null=False, default=None, on_delete=OnDelete.cascade)
    digest = Bytea(null=False, default=None)

    imported_address_digest = Index("digest")
