"""Raid mode, and the comments that it held."""

from piccolo.columns import BigSerial, Boolean, ForeignKey, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.discussion.comments.tables import Comment
from parley.discussion.threads.tables import Topic
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Raid(Table):
    """Raid mode, on until a time or until somebody ends it; without a topic on the whole site."""

    id = BigSerial(primary_key=True)
    topic = ForeignKey(Topic, null=True, default=None, on_delete=OnDelete.cascade)
    # Which comments wait for a moderator (ops.py).
    holds = Varchar(9, null=False, default=None)
    closes_sign_up = Boolean(null=False, default=False)
    started_by = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz(null=False)
    until = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)

    raid_holds_check = Check("holds in ('nothing', 'newcomers', 'links', 'all')")
    raid_sign_up_check = Check("topic is null or not closes_sign_up")
    raid_in_force = Index("until", where="ended_at is null")


class RaidHold(Table, tablename="raid_hold"):
    """A comment that raid mode held: an edit does not free it."""

    comment = ForeignKey(Comment, primary_key=True, null=False, default=None, on_delete=OnDelete.cascade)
    raid = ForeignKey(Raid, null=False, default=None, on_delete=OnDelete.cascade)

    raid_hold_raid = Index("raid")
