"""How long decisions are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {
    "decision": "the member concerned can read the reason and appeal; moderators see earlier decisions",
}
