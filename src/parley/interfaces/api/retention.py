"""How long tokens of the API are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="api_token",
        what="tokens of the API that are over",
        days=30,
        since="expires_at",
        after="their end",
        why="their member sees which program has stopped working, and makes a new token for it",
    ),
)
KEPT: Kept = {}
