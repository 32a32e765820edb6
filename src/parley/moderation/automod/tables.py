"""Automatic rules, their versions, and the comments that they matched."""

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

from parley.discussion.comments.tables import Comment
from parley.people.accounts.tables import Member
from parley.people.community.tables import Guideline
from parley.platform.db.schema import Index


class Rule(Table):
    """An automatic rule. It can hold, flag, collapse, slow or notify; it never removes or bans."""

    id = BigSerial(primary_key=True)
    name = Varchar(80, null=False, default=None, unique=True)
    version = Integer(null=False, default=1)
    state = Varchar(6, null=False, default="off")
    position = Integer(null=False, default=0)
    conditions = JSONB(null=False, default="[]")
    action = Varchar(8, null=False, default=None)
    guideline = ForeignKey(Guideline, null=False, default=None, on_delete=OnDelete.restrict)
    # The text on which this version exceeded its budget the most, by cost per byte (matching/budget.py); 0: none.
    slowest_bytes = Integer(null=False, default=0)
    slowest_seconds = DoublePrecision(null=False, default=0.0)
    changed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    changed_at = Timestamptz(null=False)

    rule_state_check = Check("state in ('off', 'shadow', 'on')")
    rule_action_check = Check("action in ('hold', 'flag', 'collapse', 'slow', 'notify')")


class RuleVersion(Table):
    """One version of a rule; each change of what it checks or does adds one."""

    id = BigSerial(primary_key=True)
    rule = ForeignKey(Rule, null=False, default=None, on_delete=OnDelete.restrict)
    version = Integer(null=False, default=None)
    conditions = JSONB(null=False, default=None)
    action = Varchar(8, null=False, default=None)
    changed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    changed_at = Timestamptz(null=False)

    rule_version_key = Unique([rule, version])


class Hit(Table):
    """A match of a rule with a comment, and the words that matched."""

    id = BigSerial(primary_key=True)
    rule = ForeignKey(Rule, null=False, default=None, on_delete=OnDelete.restrict)
    version = Integer(null=False, default=None)
    comment = BigInt(null=False, default=None)
    matched = Text(null=False, default="")
    # False where the rule was in shadow and did nothing.
    acted = Boolean(null=False, default=True)
    created_at = Timestamptz(null=False)

    hit_comment = Index("comment")
    hit_rule = Index("rule, created_at desc")


class CommentLabel(Table, tablename="comment_label"):
    """What a webhook said of a version of a comment: the newest answer of each webhook (automod/labels.py)."""

    id = BigSerial(primary_key=True)
    comment = ForeignKey(Comment, null=False, default=None, on_delete=OnDelete.cascade)
    version = Integer(null=False, default=None)
    # Which webhook, also after that was deleted, and the host of its address.
    webhook = BigInt(null=False, default=None)
    source = Text(null=False, default=None)
    label = Varchar(40, null=False, default=None)
    score = DoublePrecision(null=False, default=None)
    created_at = Timestamptz(null=False)

    comment_label_comment_webhook_key = Unique(["comment", "webhook"])
    comment_label_score_check = Check("score >= 0 and score <= 1")


class SpamTraining(Table, tablename="spam_training"):
    """A training of the score (automod/training.py). The weights of the newest one that has some are in force."""

    id = BigSerial(primary_key=True)
    # As score.Weights.read reads them; null where they were worse than those in force.
    weights = Bytea(null=True, default=None)
    # How many comments were learned: advertising, and others.
    spam = Integer(null=False, default=None)
    harmless = Integer(null=False, default=None)
    # See score.ScoreMetrics: of the weights that were in force afterwards.
    figures = JSONB(null=False, default=None)
    created_at = Timestamptz(null=False)
