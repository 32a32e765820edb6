"""How long decisions are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {
    "decision": "whom it concerns can read the reason and appeal; who repeats is known",
}
