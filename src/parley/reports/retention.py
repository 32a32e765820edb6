"""How long reports are kept."""

from parley.core.retention import Kept, Rule

RULES: tuple[Rule, ...] = (
    Rule(
        table="report",
        what="from which network a visitor reported",
        days=30,
        since="resolved_at",
        after="the report was answered",
        why="it keeps one person's reports from counting twice while the report is open",
        where="network is not null",
        blank="network = null",
    ),
    Rule(
        table="report",
        what="name and address of a visitor who reported",
        days=365,
        since="resolved_at",
        after="the report was answered",
        why="a decision can be appealed for six months (Digital Services Act, article 20), and then they are told",
        where="name is not null or email is not null",
        blank="name = null, email = null",
    ),
)
KEPT: Kept = {
    "guideline": "decisions name them",
    "queue_item": "the reports and decisions about one thing",
    "report": "what a decision answered",
}
