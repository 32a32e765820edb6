"""Votes: one per member, comment and axis."""

from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, OnDelete, SmallInt, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.accounts.tables import Member
from parley.comments.tables import Comment
from parley.core.db.schema import Index


class Vote(Table):
    """A vote for `quality`, which ranks comments, or for `agreement`, which does not.

    It is not counted while its member is unverified.
    """

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    thread = BigInt(null=False, default=None)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.cascade)
    axis = Varchar(9, null=False, default=None)
    value = SmallInt(null=False, default=None)
    # The value before the last change, if it was counted. The upsert, which returns only the new row, subtracts it.
    former = SmallInt(null=True, default=None)
    counted = Boolean(null=False, default=True)
    changed_at = Timestamptz(null=False)

    vote_axis_check = Check("axis in ('quality', 'agreement')")
    vote_value_check = Check("value in (-1, 0, 1)")
    vote_comment_member_axis_key = Unique([comment, member, axis])

    vote_member_thread = Index("member, thread")
    vote_uncounted = Index("member", where="not counted")
