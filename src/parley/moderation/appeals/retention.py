"""How long appeals and second looks are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="second_look",
        what="second looks at decisions",
        days=365,
        since="created_at",
        after="they were made",
        why="figures about moderators look back a year at most",
    ),
)
KEPT: Kept = {
    "appeal": "part of its decision",
}
