"""How long the community's settings are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {"community": "settings of this installation"}
