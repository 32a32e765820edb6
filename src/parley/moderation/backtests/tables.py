"""Back-tests of automatic rules, run by the worker."""

from piccolo.columns import JSONB, BigSerial, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Check
from piccolo.table import Table

from parley.moderation.automod.tables import Rule
from parley.people.accounts.tables import Member
from parley.platform.db.schema import Index


class Backtest(Table):
    """One run of one version of a rule over the comments of the last thirty days."""

    id = BigSerial(primary_key=True)
    rule = ForeignKey(Rule, null=False, default=None, on_delete=OnDelete.cascade)
    version = Integer(null=False, default=None)
    asked_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    state = Varchar(7, null=False, default="waiting")
    # The moderator who wants to switch the rule on, where a second one has to agree.
    proposed_by = ForeignKey(Member, null=True, default=None, on_delete=OnDelete.restrict)
    # Comments judged so far, and in all.
    done = Integer(null=False, default=0)
    total = Integer(null=False, default=0)
    # See run.Result.
    result = JSONB(null=False, default="{}")
    created_at = Timestamptz(null=False)
    # When the worker last updated the progress; another worker takes over a run without updates.
    changed_at = Timestamptz(null=False)

    backtest_state_check = Check("state in ('waiting', 'running', 'done', 'failed')")

    backtest_rule = Index("rule, id desc")
    backtest_open = Index("id", where="state in ('waiting', 'running')")
