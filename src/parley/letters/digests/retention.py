"""How long issues of the digest and picks are kept."""

from parley.letters.digest_selection.rules import NEWS_DAYS
from parley.platform.retention import Kept, RetentionRule

RULES = (
    RetentionRule(
        table="issue",
        what="issues of the digest, with their items",
        days=120,
        since="planned_at",
        after="they were planned",
        why="items are a month old at most, so none is featured twice; the page of an issue stays as long",
    ),
    RetentionRule(
        table="pick",
        what="moderators' picks for the digest",
        days=NEWS_DAYS,
        since="at",
        after="they were made",
        why="older picks are not featured",
    ),
)
KEPT: Kept = {
    "subscription": "a setting of the member's",
    "issue_item": "deleted with its issue",
}
