"""How long voting rings are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="vote_ring",
        what="groups that may be voting rings",
        days=90,
        since="found_at",
        after="they were found; those that nobody has judged are found anew every night",
        why="a group that moderators judged to be no ring is not shown again for so long",
    ),
)
KEPT: Kept = {}
