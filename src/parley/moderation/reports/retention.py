"""How long reports are kept."""

from parley.platform.retention import Kept, RetentionRule

RULES: tuple[RetentionRule, ...] = (
    RetentionRule(
        table="report",
        what="from which network a visitor reported",
        days=30,
        since="resolved_at",
        after="the report was answered",
        why="it is needed only while the report is open, so that one person's reports do not count twice",
        where="network is not null",
        blank="network = null",
    ),
    RetentionRule(
        table="report",
        what="name and address of a visitor who reported",
        days=365,
        since="resolved_at",
        after="the report was answered",
        why="a decision can be appealed for six months (Digital Services Act, article 20), and the visitor is mailed "
        "the outcome of the appeal, which takes time too",
        where="name is not null or email is not null",
        blank="name = null, email = null",
    ),
)
KEPT: Kept = {
    "queue_item": "reports and decisions refer to it",
    "report": "what a decision answered",
}
