"""How long notes about members are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {
    "note": "for staff, as long as the account exists",
}
