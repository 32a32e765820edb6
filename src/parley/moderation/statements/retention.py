"""How long proposed statements are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="statement_proposal",
        what="statements that moderators proposed for comments",
        days=90,
        since="created_at",
        after="they were proposed",
        why="a confirmed one is in its comment, and the others no longer fit it",
    ),
)
KEPT: Kept = {"merged_statement": "the deck leaves out merged statements as long as their thread exists"}
