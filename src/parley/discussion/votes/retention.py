"""How long votes are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {"vote": "counts are calculated from them, and members can change theirs at any time"}
