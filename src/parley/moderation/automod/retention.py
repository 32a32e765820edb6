"""How long automatic rules and their hits are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="hit",
        what="what automatic rules matched",
        days=365,
        since="created_at",
        after="it was posted; longer while moderators work on it",
        why="figures about rules look back a year at most",
        where="""not exists (
            select from queue_item i where i.kind = 'comment' and i.target = hit.comment and i.state = 'open')""",
    ),
    RetentionRule(
        table="spam_training",
        what="trainings of the score of advertising",
        days=30,
        since="created_at",
        after="they were done; the one in force stays",
        why="the page of its rule shows the last one",
        where="""weights is null
            or exists (select from spam_training t where t.weights is not null and t.id > spam_training.id)""",
    ),
)
KEPT: Kept = {
    "rule": "settings of this installation",
    "rule_version": "shows which rule held a comment",
}
