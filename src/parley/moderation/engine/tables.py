"""Back-tests: what a rule would have done in the last month, worked out by the worker."""

from piccolo.columns import JSONB, BigSerial, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.accounts.tables import Member
from parley.core.schema import Index
from parley.moderation.tables import Rule


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
