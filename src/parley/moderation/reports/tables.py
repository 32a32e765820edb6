"""Reports of what breaks the community's rules, and the items of the queue."""

from piccolo.columns import (
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
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.people.accounts.tables import Member
from parley.people.community.tables import Guideline
from parley.platform.db.schema import Index


class QueueItem(Table):
    """A reported or flagged target, open or closed. Unique on (kind, target)."""

    id = BigSerial(primary_key=True)
    kind = Varchar(7, null=False, default=None)
    target = BigInt(null=False, default=None)
    thread = BigInt(null=True, default=None)
    state = Varchar(4, null=False, default="open")
    version = Integer(null=False, default=1)
    risk = DoublePrecision(null=False, default=0.0)
    # 2: reported as illegal; 1: nearly due; 0: everything else.
    urgency = SmallInt(null=False, default=0)
    # An admin or another moderator is needed.
    escalated = Boolean(null=False, default=False)
    claimed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    claimed_until = Timestamptz(null=True, default=None)
    # The moderator who was asked to decide it.
    assigned_to = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    opened_at = Timestamptz(null=False)
    # When a moderator first decided about it since it opened.
    acted_at = Timestamptz(null=True, default=None)
    # It waits for its author, whom a moderator asked to edit, until they do or until this time.
    asked_until = Timestamptz(null=True, default=None)

    queue_item_kind_check = Check("kind in ('comment', 'member', 'article')")
    queue_item_state_check = Check("state in ('open', 'done')")
    queue_item_kind_target_key = Unique([kind, target])

    queue_item_open = Index("(urgency * 1000000 + risk) desc, opened_at, id", where="state = 'open'")
    queue_item_opened = Index("opened_at", where="state = 'open'")
    queue_item_claimed = Index("claimed_by", where="claimed_by is not null")
    queue_item_assigned = Index("assigned_to", where="assigned_to is not null")
    queue_item_acted = Index("acted_at", where="acted_at is not null")


class Report(Table):
    """A report of a target by one person."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(QueueItem, null=False, default=None, on_delete=OnDelete.restrict)
    reporter = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # How to reply to a visitor.
    name = Varchar(100, null=True, default=None)
    email = Varchar(254, null=True, default=None)
    # Of a visitor: their network, and whether they confirmed their address by a mailed link.
    network = Varchar(50, null=True, default=None)
    proven = Boolean(null=False, default=False)
    guideline = ForeignKey(Guideline, null=False, default=None, on_delete=OnDelete.restrict)
    text = Text(null=False, default="")
    weight = DoublePrecision(null=False, default=1.0)
    state = Varchar(8, null=False, default="open")
    outcome = Varchar(9, null=True, default=None)
    created_at = Timestamptz(null=False)
    resolved_at = Timestamptz(null=True, default=None)

    report_state_check = Check("state in ('open', 'claimed', 'resolved')")
    report_outcome_check = Check(
        "outcome in ('upheld', 'declined', 'no_action') and state = 'resolved' or outcome is null"
    )

    report_once = Index("item, reporter", where="reporter is not null and state <> 'resolved'", unique=True)
    report_item = Index("item")
    report_reporter = Index("reporter, created_at desc", where="reporter is not null")
    report_time = Index("created_at")
