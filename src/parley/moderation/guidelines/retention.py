"""How long saved reasons are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {"saved_reason": "until a moderator deletes it"}
