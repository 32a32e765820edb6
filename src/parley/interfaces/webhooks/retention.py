"""How long deliveries of webhooks are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="webhook_delivery",
        what="events that were sent to webhooks, or given up",
        days=30,
        since="settled_at",
        after="the last attempt",
        why="admins can see what arrived, and send it again",
    ),
)
KEPT: Kept = {"webhook": "until an admin deletes it"}
