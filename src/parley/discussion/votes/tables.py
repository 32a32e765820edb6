"""Votes: one per member, comment and axis."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Vote(Table):
    """A vote on the axis `quality`, which ranks comments, or on `agreement`, which does not.

    It is not counted while its member is unverified. A vote of agreement is about one wording of the comment, and
    stops counting when the wording changes.
    """

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    thread = BigInt(null=False, default=None)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    axis = Varchar(9, null=False, default=None)
    value = SmallInt(null=False, default=None)
    # The value that was counted before the last change, or null. `on conflict … returning` shows only the new row, so
    # the old value is stored here to be subtracted.
    former = SmallInt(null=True, default=None)
    counted = Boolean(null=False, default=True)
    # The comment's wording that was voted on (comment.wording).
    wording = Integer(null=False, default=1)
    # Whether the member gave this answer when Parley had chosen the statement at random (statements/tokens.py).
    asked = Boolean(null=False, default=False)
    changed_at = Timestamptz(null=False)

    vote_axis_check = Check("axis in ('quality', 'agreement')")
    vote_value_check = Check("value in (-1, 1) or value = 0 and axis = 'agreement'")
    vote_asked_check = Check("not asked or axis = 'agreement'")
    vote_comment_member_axis_key = Unique([comment, member, axis])

    vote_member_thread = Index("member, thread")
    # For the maps: which threads have new answers.
    vote_answered = Index("thread, changed_at", where="axis = 'agreement'")
    vote_asked = Index("member, changed_at", where="asked")
    vote_uncounted = Index("member", where="not counted")
