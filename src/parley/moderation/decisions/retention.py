"""How long decisions are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "decision": "the member concerned can read the reason and appeal; moderators see earlier decisions",
}
