"""What members keep for themselves."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.discussion.threads.tables import Thread
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class KeptItem(Table, tablename="kept_item"):
    """A comment, words of an article (with a `passage`) or an article that a member keeps. Only they ever see it."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    # Of a comment the one that it is in; moving the comment changes it (comments/moving.py).
    thread = ForeignKey(Thread, null=False, default=None, on_delete=OnDelete.cascade)
    comment = ForeignKey(Comment, null=True, default=None, on_delete=OnDelete.cascade)
    # The note.
    text = Text(null=False, default="")
    # The words that were highlighted, with revision and passage, and where they are now (comments/anchors.py).
    quote = Text(null=True, default=None)
    prefix = Text(null=True, default=None)
    suffix = Text(null=True, default=None)
    revision = Integer(null=True, default=None)
    made_on = BigInt(null=True, default=None)
    passage = BigInt(null=True, default=None)
    words = Text(null=True, default=None)
    anchor = Varchar(8, null=True, default=None)
    # The revision in which they were looked for last.
    found_in = Integer(null=True, default=None)
    created_at = Timestamptz(null=False)
    changed_at = Timestamptz(null=False)

    kept_item_kind_check = Check("comment is null or passage is null")
    kept_item_anchor_check = Check("anchor in ('same', 'changed', 'moved', 'kept', 'lost')")

    kept_item_comment = Index("member, comment", where="comment is not null", unique=True)
    kept_item_article = Index("member, thread", where="comment is null and passage is null", unique=True)
    kept_item_member = Index("member, thread")
    kept_item_highlight = Index("thread, found_in", where="passage is not null")
    # Comments that are moved or removed.
    kept_item_of_comment = Index("comment", where="comment is not null")
