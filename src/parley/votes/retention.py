"""How long votes are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {"vote": "counts are made from them, and members can change theirs at any time"}
