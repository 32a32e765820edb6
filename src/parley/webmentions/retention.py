"""How long webmentions are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = ()
KEPT: Kept = {"webmention": "with its thread, so that no page is told twice"}
