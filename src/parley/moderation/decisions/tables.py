"""Decisions with their reasons."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check
from piccolo.table import Table

from parley.moderation.reports.tables import QueueItem
from parley.people.accounts.tables import Member
from parley.people.community.tables import Guideline
from parley.platform.db.schema import Index


class Decision(Table):
    """A decision about a target, with the reason that the member concerned can read."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(QueueItem, null=True, default=None, on_delete=OnDelete.restrict)
    kind = Varchar(7, null=False, default=None)
    target = BigInt(null=False, default=None)
    thread = BigInt(null=True, default=None)
    action = Varchar(20, null=False, default=None)
    guideline = ForeignKey(Guideline, null=True, default=None, on_delete=OnDelete.restrict)
    reason = Text(null=False, default="")
    # Of illegal content, the law; the reason then states the facts.
    law = Text(null=True, default=None)
    # None for automatic rules.
    moderator = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    rule = BigInt(null=True, default=None)
    # The member concerned: the author, or the target itself.
    member = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    until = Timestamptz(null=True, default=None)
    # The lineage of the passage that it removes from an article.
    passage = BigInt(null=True, default=None)
    # The new role.
    role = Varchar(10, null=True, default=None)
    state = Varchar(10, null=False, default="in_force")
    # The state of the target before the decision, to be restored by undoing.
    before = JSONB(null=False, default="{}")
    # The moderator who approved it, where two must agree.
    second_moderator = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # Whether it removes something by a member in good standing: how many one moderator removes is limited by that.
    in_good_standing = Boolean(null=False, default=False)
    created_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)

    decision_state_check = Check("state in ('awaiting', 'in_force', 'undone', 'overturned', 'ended', 'rejected')")

    decision_target = Index("kind, target, id desc")
    decision_item = Index("item, id desc", where="item is not null")
    decision_member = Index("member, id desc", where="member is not null")
    decision_moderator = Index("moderator, created_at desc", where="moderator is not null")
    decision_time = Index("created_at")
    decision_until = Index("until", where="state = 'in_force' and until is not null")
    decision_name = Index("id", where="action = 'name' and state = 'in_force'")
    decision_topic_silence = Index("target", where="action = 'silence_topic' and state = 'in_force'")
    decision_awaiting = Index("created_at", where="state = 'awaiting'")


class MassUndo(Table, tablename="mass_undo"):
    """An admin asked that everything be undone that a moderator decided since a time (mass_undo.py)."""

    id = BigSerial(primary_key=True)
    moderator = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    since = Timestamptz(null=False, default=None)
    admin = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    reason = Text(null=False, default="")
    # The decision that was looked at last: they are undone from the newest on.
    reached = BigInt(null=True, default=None)
    undone = Integer(null=False, default=0)
    left_out = Integer(null=False, default=0)
    created_at = Timestamptz(null=False)
    done_at = Timestamptz(null=True, default=None)

    mass_undo_moderator = Index("moderator, id desc")
    mass_undo_due = Index("id", where="done_at is null")
