"""How long visits and suggested updates are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="visit",
        what="when a member was in a thread",
        days=365,
        since="seen_at",
        after="they were there last",
        why="marks of what is new are useless after a year, and digests look back two months",
    ),
    RetentionRule(
        table="suggested_update",
        what="suggested updates that were decided",
        days=365,
        since="decided_at",
        after="the decision",
        why="the member who suggested it has read the answer; the text was deleted with the decision",
        where="""state <> 'waiting'
                 and not exists (select from notification n where n.suggestion = suggested_update.id)""",
    ),
)
KEPT: Kept = {
    "topic": "settings of this installation",
    "thread": "published",
    "thread_stats": "one row per thread",
    "suggested_update": "one that is open is kept until it is decided",
}
