"""Decisions with their reasons."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    ForeignKey,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check
from piccolo.table import Table

from parley.accounts.tables import Member
from parley.core.db.schema import Index
from parley.reports.tables import Guideline, QueueItem


class Decision(Table):
    """What was decided about a target, and why: the statement that whom it concerns can read."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(QueueItem, null=True, default=None, on_delete=OnDelete.restrict)
    kind = Varchar(7, null=False, default=None)
    target = BigInt(null=False, default=None)
    thread = BigInt(null=True, default=None)
    action = Varchar(10, null=False, default=None)
    guideline = ForeignKey(Guideline, null=True, default=None, on_delete=OnDelete.restrict)
    reason = Text(null=False, default="")
    # None: an automatic rule.
    moderator = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    rule = BigInt(null=True, default=None)
    # Whom it concerns: the author, or the member themselves.
    member = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    until = Timestamptz(null=True, default=None)
    # What it makes of a member, where it is about their role.
    role = Varchar(10, null=True, default=None)
    state = Varchar(10, null=False, default="in_force")
    # What the target was like before, so that undoing gives exactly that back.
    before = JSONB(null=False, default="{}")
    # Who approved it, where two must agree.
    second = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    created_at = Timestamptz(null=False)
    ended_at = Timestamptz(null=True, default=None)

    decision_state_check = Check("state in ('awaiting', 'in_force', 'undone', 'overturned', 'ended', 'refused')")

    decision_target = Index("kind, target, id desc")
    decision_item = Index("item, id desc", where="item is not null")
    decision_member = Index("member, id desc", where="member is not null")
    decision_moderator = Index("moderator, created_at desc", where="moderator is not null")
    decision_time = Index("created_at")
    decision_until = Index("until", where="state = 'in_force' and until is not null")
    decision_awaiting = Index("created_at", where="state = 'awaiting'")
