"""How long members' accounts at other sites are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="used_state",
        what="used `state` values of sign-ins from other sites",
        days=0,
        since="expires_at",
        after="their sign-in can no longer be answered, ten minutes after it came back",
        why="nothing is accepted for it any more",
        key="digest",
    ),
)
KEPT: Kept = {"identity": "a way in, until its member disconnects it"}
