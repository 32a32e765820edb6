"""How long invitations are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="invitation",
        what="invitations that are over",
        days=1,
        since="expires_at",
        after="their end",
        why="nobody can sign up with them; who invited whom is in `sign_up`",
    ),
)
KEPT: Kept = {"sign_up": "moderators see who invited a member, and who waits for them; deleted with the account"}
