"""How long sites, and what readers do on them, are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="embed_code",
        what="consents to be signed in on a publisher's site",
        days=0,
        since="expires_at",
        after="their end, a minute after they were given",
        why="they no longer sign anybody in",
        key="token_hash",
    ),
    RetentionRule(
        table="first_comment",
        what="first comments on articles of publishers, while the article is fetched",
        days=30,
        since="created_at",
        after="they were sent",
        why="they have been posted, or their author has had a month to copy them",
    ),
)
KEPT: Kept = {
    "site": "the operator added it, and removes it",
    "comment_site": "moderators see where a comment was written, as long as it exists",
}
