"""How long decisions are kept."""

from parley.core.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "decision": "the member concerned can read the reason and appeal; moderators see earlier decisions",
}
