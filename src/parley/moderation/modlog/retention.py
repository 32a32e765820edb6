"""How long the record of moderation is kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "mod_action": "the record of moderation: each row holds the hash of the one before it",
}
