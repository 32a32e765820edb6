"""How long notifications are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="notification",
        what="notifications that were read",
        days=90,
        since="read_at",
        after="they were read",
        why="members may look for one again; what it links to stays",
    ),
    RetentionRule(
        table="notification",
        what="notifications that nobody read",
        days=365,
        since="created_at",
        after="they were made",
        why="a member who comes back after a year starts afresh",
        where="read_at is null",
    ),
)
KEPT: Kept = {
    "follow": "a setting of the member's",
    "topic_follow": "a setting of the member's",
    "notification_preference": "a setting of the member's",
    "quiet_hours": "a setting of the member's",
}
