"""How long claims are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="claim",
        what="claims to articles that ended, or that were not confirmed",
        days=365,
        since="created_at",
        after="they were made",
        why="whoever made one has read what became of it, and can make another",
        where="state <> 'confirmed'",
    ),
)
KEPT: Kept = {
    "claim": "says whose article it is, beside what they write about it",
    "author_reply": "a choice of the article's author",
}
