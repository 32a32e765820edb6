"""How long notes about members are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "note": "for staff, as long as the account exists",
}
