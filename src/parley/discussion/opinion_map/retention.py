"""How long maps are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "perspective_map": "one row a thread, which the next analysis replaces; it holds nothing about a single member",
    "statement_verdict": "one row a statement with a verdict, which goes when the verdict does",
}
