"""How long the community's settings are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "community": "settings of this installation",
    "guideline": "decisions refer to them",
    "guideline_wording": "decisions are read in the words of their day",
}
