"""What moderators work with: reports, the items of the queue, decisions with their reasons, appeals, the record."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    DoublePrecision,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from parley.accounts.tables import Member
from parley.core.schema import Index


class Guideline(Table):
    """One of the community's published rules: what reports and decisions name as their ground."""

    code = Varchar(30, primary_key=True, null=False, default=None)
    title = Varchar(120, null=False, default=None)
    text = Text(null=False, default="")
    # Content against the law: anybody may report it, without an account.
    illegal = Boolean(null=False, default=False)
    # How much a report on this ground weighs beside others.
    severity = DoublePrecision(null=False, default=1.0)
    position = Integer(null=False, default=0)
    retired = Boolean(null=False, default=False)


class Item(Table):
    """One target that needs a moderator, with all that was said about it. Unique on (kind, target)."""

    id = BigSerial(primary_key=True)
    kind = Varchar(7, null=False, default=None)
    target = BigInt(null=False, default=None)
    thread = BigInt(null=True, default=None)
    state = Varchar(4, null=False, default="open")
    version = Integer(null=False, default=1)
    risk = DoublePrecision(null=False, default=0.0)
    # An admin is asked for.
    escalated = Boolean(null=False, default=False)
    claimed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    claimed_until = Timestamptz(null=True, default=None)
    opened_at = Timestamptz(null=False)
    acted_at = Timestamptz(null=True, default=None)

    item_kind_check = Check("kind in ('comment', 'member', 'article')")
    item_state_check = Check("state in ('open', 'done')")
    item_kind_target_key = Unique([kind, target])

    item_open = Index("risk desc, opened_at, id", where="state = 'open'")
    item_claimed = Index("claimed_by", where="claimed_by is not null")
    item_acted = Index("acted_at", where="acted_at is not null")


class Report(Table):
    """What one person says is wrong with a target."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(Item, null=False, default=None, on_delete=OnDelete.restrict)
    reporter = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # How to answer a visitor who reported illegal content.
    name = Varchar(100, null=True, default=None)
    email = Varchar(254, null=True, default=None)
    # Of a visitor's: where it came from, and whether a mailed link proved the address.
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
        "outcome in ('upheld', 'declined', 'duplicate', 'no_action') and state = 'resolved' or outcome is null"
    )

    report_once = Index("item, reporter", where="reporter is not null and state <> 'resolved'", unique=True)
    report_item = Index("item")
    report_reporter = Index("reporter, created_at desc", where="reporter is not null")
    report_time = Index("created_at")


class Decision(Table):
    """What was decided about a target, and why: the statement that whom it concerns can read."""

    id = BigSerial(primary_key=True)
    item = ForeignKey(Item, null=True, default=None, on_delete=OnDelete.restrict)
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


class Appeal(Table):
    """A decision asked to be reviewed by somebody else; one a decision."""

    id = BigSerial(primary_key=True)
    decision = ForeignKey(Decision, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    text = Text(null=False, default=None)
    state = Varchar(10, null=False, default="filed")
    assigned_to = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    answer = Text(null=False, default="")
    created_at = Timestamptz(null=False)
    decided_at = Timestamptz(null=True, default=None)

    appeal_state_check = Check("state in ('filed', 'assigned', 'upheld', 'overturned', 'modified', 'withdrawn')")

    appeal_waiting = Index("created_at", where="state in ('filed', 'assigned')")


class Audit(Table):
    """What another moderator would have decided, without knowing what was; one a decision."""

    id = BigSerial(primary_key=True)
    decision = ForeignKey(Decision, null=False, default=None, on_delete=OnDelete.restrict, unique=True)
    moderator = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    action = Varchar(10, null=False, default=None)
    created_at = Timestamptz(null=False)


class Note(Table):
    """What staff should know about a member; nobody else reads it."""

    id = BigSerial(primary_key=True)
    member = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    author = ForeignKey(Member, null=False, default=None, on_delete=OnDelete.restrict)
    text = Text(null=False, default=None)
    created_at = Timestamptz(null=False)

    note_member = Index("member, id desc")


class ModAction(Table):
    """The record: rows are only ever added, each chained to the one before by its hash (schema.sql)."""

    id = BigSerial(primary_key=True)
    at = Timestamptz(null=False)
    actor = BigInt(null=True, default=None)
    role = Varchar(10, null=False, default=None)
    action = Varchar(20, null=False, default=None)
    kind = Varchar(8, null=False, default=None)
    target = BigInt(null=False, default=None)
    before = JSONB(null=False, default="{}")
    after = JSONB(null=False, default="{}")
    guideline = Varchar(30, null=True, default=None)
    reason = Text(null=False, default="")
    automated = Boolean(null=False, default=False)
    decision = BigInt(null=True, default=None)
    # The id of the request that made it, which every line of the log names; none where the clock or a command did.
    request = Varchar(64, null=True, default=None)
    prev_hash = Bytea(null=False, default=b"")
    hash = Bytea(null=False, default=b"")

    mod_action_target = Index("kind, target, id")
    mod_action_at = Index("at desc, id desc")
    mod_action_actor = Index("actor, id desc", where="actor is not null")


class Rule(Table):
    """An automatic check of what is posted: it may hold, flag or collapse, never remove or ban."""

    id = BigSerial(primary_key=True)
    name = Varchar(80, null=False, default=None, unique=True)
    version = Integer(null=False, default=1)
    state = Varchar(6, null=False, default="off")
    position = Integer(null=False, default=0)
    conditions = JSONB(null=False, default="[]")
    action = Varchar(8, null=False, default=None)
    guideline = ForeignKey(Guideline, null=False, default=None, on_delete=OnDelete.restrict)
    # The costliest text on which this version went over its budget, by its cost per byte (engine/budget.py); 0: none.
    slowest_bytes = Integer(null=False, default=0)
    slowest_seconds = DoublePrecision(null=False, default=0.0)
    changed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    changed_at = Timestamptz(null=False)

    rule_state_check = Check("state in ('off', 'shadow', 'on')")
    rule_action_check = Check("action in ('hold', 'flag', 'collapse', 'slow', 'notify')")


class RuleVersion(Table):
    """A rule as it was before a change."""

    id = BigSerial(primary_key=True)
    rule = ForeignKey(Rule, null=False, default=None, on_delete=OnDelete.restrict)
    version = Integer(null=False, default=None)
    conditions = JSONB(null=False, default=None)
    action = Varchar(8, null=False, default=None)
    changed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    changed_at = Timestamptz(null=False)

    rule_version_key = Unique([rule, version])


class Hit(Table):
    """A rule that matched a comment, and the words it matched."""

    id = BigSerial(primary_key=True)
    rule = ForeignKey(Rule, null=False, default=None, on_delete=OnDelete.restrict)
    version = Integer(null=False, default=None)
    comment = BigInt(null=False, default=None)
    matched = Text(null=False, default="")
    # False in shadow: what it would have done, and did not.
    acted = Boolean(null=False, default=True)
    created_at = Timestamptz(null=False)

    hit_comment = Index("comment")
    hit_rule = Index("rule, created_at desc")
