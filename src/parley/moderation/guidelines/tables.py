"""Reasons that moderators saved for later decisions."""

from piccolo.columns import BigSerial, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.people.community.tables import Guideline
from parley.platform.db.schema import Index


class SavedReason(Table):
    """A reason for decisions that name a guideline; without a `moderator` all moderators have it."""

    id = BigSerial(primary_key=True)
    guideline = ForeignKey(Guideline, null=False, default=None, on_delete=OnDelete.restrict)
    moderator = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    text = Text(null=False, default=None)
    # What to do with it, and with the author, for how many days; None: to be chosen, nothing, permanently.
    action = Varchar(20, null=True, default=None)
    also = Varchar(20, null=True, default=None)
    days = Integer(null=True, default=None)
    created_at = Timestamptz(null=False)

    saved_reason_of = Index("guideline, moderator")
