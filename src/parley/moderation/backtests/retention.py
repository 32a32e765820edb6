"""How long back-tests are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="backtest",
        what="back-tests of automatic rules",
        days=90,
        since="changed_at",
        after="their end",
        why="their comments are three months older by then, so the rule needs a new back-test",
        where="state in ('done', 'failed')",
    ),
)
KEPT: Kept = {}
