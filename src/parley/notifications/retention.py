"""How long notifications are kept."""

from parley.core.retention import Kept, Rule

RULES = (
    Rule(
        table="notification",
        what="notifications that were read",
        days=90,
        since="read_at",
        after="they were read",
        why="somebody may look for one again; what it leads to stays",
    ),
    Rule(
        table="notification",
        what="notifications that nobody read",
        days=365,
        since="created_at",
        after="they were made",
        why="whoever comes back after a year begins anew",
        where="read_at is null",
    ),
)
KEPT: Kept = {
    "follow": "a setting of the member's",
    "topic_follow": "a setting of the member's",
    "notification_preference": "a setting of the member's",
    "quiet_hours": "a setting of the member's",
}
