"""How long pictures for links are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = ()
KEPT: Kept = {
    "link_picture": "one row per thread; deleted when the thread's title is taken down",
    "hub_position": "one row, of numbers",
}
