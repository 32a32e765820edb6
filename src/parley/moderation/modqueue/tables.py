"""One decision on all comments that a filter of the queue found."""

from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, OnDelete, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.moderation.reports.tables import QueueItem
from parley.people.accounts.tables import Member
from parley.people.community.tables import Guideline
from parley.platform.db.schema import Index


class BulkDecision(Table, tablename="bulk_decision"):
    """What a moderator decided on all comments that a filter found; the worker carries it out (bulk_jobs.py)."""

    id = BigSerial(primary_key=True)
    moderator = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    action = Varchar(20, null=False, default=None)
    guideline = ForeignKey(Guideline, null=True, default=None, on_delete=OnDelete.restrict)
    reason = Text(null=False, default="")
    law = Text(null=False, default="")
    # The sanction of each author, and for how many days; None: permanently.
    also = Varchar(20, null=True, default=None)
    days = Integer(null=True, default=None)
    state = Varchar(7, null=False, default="running")
    created_at = Timestamptz(null=False)
    changed_at = Timestamptz(null=False)

    bulk_decision_state_check = Check("state in ('running', 'done', 'undoing', 'undone')")

    bulk_decision_moderator = Index("moderator, id desc")
    bulk_decision_due = Index("id", where="state in ('running', 'undoing')")


class BulkItem(Table, tablename="bulk_item"):
    """An item that the filter found, as it was then. `left_out`: not decided; `kept`: decided, and not undone."""

    id = BigSerial(primary_key=True)
    bulk = ForeignKey(BulkDecision, null=False, default=None, on_delete=OnDelete.cascade)
    item = ForeignKey(QueueItem, null=False, default=None, on_delete=OnDelete.cascade)
    version = Integer(null=False, default=None)
    state = Varchar(8, null=False, default="waiting")
    decision = BigInt(null=True, default=None)
    # The decision about the author, made with the first of their comments.
    sanction = BigInt(null=True, default=None)
    # Why it was left out.
    refusal = Text(null=False, default="")

    bulk_item_state_check = Check("state in ('waiting', 'decided', 'left_out', 'undone', 'kept')")
    bulk_item_bulk_item_key = Unique(["bulk", "item"])

    bulk_item_state = Index("bulk, state, id")
    bulk_item_item = Index("item")
    bulk_item_sanction = Index("bulk", where="sanction is not null")
