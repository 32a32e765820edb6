"""How long votes are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {"vote": "the counts follow from them, and a member can change theirs at any time"}
