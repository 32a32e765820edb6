"""How long tokens of the API are kept."""

from parley.core.retention import Kept, Rule

RULES = (
    Rule(
        table="api_token",
        what="expired tokens of the API",
        days=30,
        since="expires_at",
        after="they expired",
        why="their member sees which program has stopped working, and makes a new token for it",
    ),
)
KEPT: Kept = {}
