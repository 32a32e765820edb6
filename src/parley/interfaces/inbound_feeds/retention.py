"""How long inbound feeds and what they listed are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="feed_host",
        what="when a site of a feed may be asked next, and its robots.txt",
        days=30,
        since="next_at",
        after="the last request",
        why="the next request reads it again",
        key="host",
    ),
)
KEPT: Kept = {
    "inbound_feed": "an admin added it, and removes it",
    "feed_item": "an entry that appears again must not become a second thread; deleted with its feed",
    "feed_subscription": "one a feed; deleted with it, or when it no longer names a hub",
}
