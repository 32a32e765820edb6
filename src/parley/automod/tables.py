"""Back-tests: what a rule would have done in the last month, worked out by the worker."""

from piccolo.columns import (
    JSONB,
    BigInt,
    BigSerial,
    Boolean,
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
from parley.core.db.schema import Index
from parley.reports.tables import Guideline


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
    # The costliest text on which this version went over its budget, by its cost per byte
    # (automod/rules/budget.py); 0: none.
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


class Backtest(Table):
    """One run of one version of a rule over the comments since `since`."""

    id = BigSerial(primary_key=True)
    rule = ForeignKey(Rule, null=False, default=None, on_delete=OnDelete.cascade)
    version = Integer(null=False, default=None)
    asked_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    state = Varchar(7, null=False, default="waiting")
    # Who asked to switch the rule on, where a second moderator has to agree.
    proposed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # How many comments were looked at, of how many.
    done = Integer(null=False, default=0)
    total = Integer(null=False, default=0)
    # What was found (backtest.py: Result).
    result = JSONB(null=False, default="{}")
    created_at = Timestamptz(null=False)
    # When the worker last said how far it is: one that is silent for long is taken up anew.
    changed_at = Timestamptz(null=False)

    backtest_state_check = Check("state in ('waiting', 'running', 'done', 'failed')")

    backtest_rule = Index("rule, id desc")
    backtest_open = Index("id", where="state in ('waiting', 'running')")
