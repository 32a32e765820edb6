"""How long back-tests are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        table="backtest",
        what="back-tests of automatic rules",
        days=90,
        since="changed_at",
        after="their end",
        why="the comments that they looked at are three months older by then: the rule wants a new one",
        where="state in ('done', 'failed')",
    ),
)
KEPT: Kept = {}
