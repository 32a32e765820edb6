"""How long saved reasons are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {"saved_reason": "until a moderator deletes it"}
