"""How long claims to imported comments are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="imported_claim",
        what="claims to imported comments that moderators refused or undid",
        days=365,
        since="created_at",
        after="they were made",
        why="whoever made one has read what became of it, and can make another",
        where="state in ('refused', 'undone')",
    ),
)
KEPT: Kept = {"imported_claim": "says which comments became a member's, so that moderators can undo it"}
