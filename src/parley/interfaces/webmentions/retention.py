"""How long webmentions are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {"webmention": "with its thread, so that no page is told twice"}
