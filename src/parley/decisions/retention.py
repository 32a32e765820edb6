"""How long data of moderation is kept."""

from parley.core.retention import Kept, Rule

RULES = (
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
    Rule(
        table="hit",
        what="what automatic rules matched",
        days=365,
        since="created_at",
        after="it was posted; while moderators work on it, for as long",
        why="the figures of rules look back a year at most",
        where="""not exists (
            select from queue_item i where i.kind = 'comment' and i.target = hit.comment and i.state = 'open')""",
    ),
    Rule(
        table="backtest",
        what="back-tests of automatic rules",
        days=90,
        since="changed_at",
        after="their end",
        why="the comments that they looked at are three months older by then: the rule wants a new one",
        where="state in ('done', 'failed')",
    ),
    Rule(
        table="second_look",
        what="second looks at decisions",
        days=365,
        since="created_at",
        after="they were made",
        why="the figures of moderators look back a year at most",
    ),
)
KEPT: Kept = {
    "guideline": "decisions name them",
    "item": "the reports and decisions about one thing",
    "report": "what a decision answered",
    "decision": "whom it concerns can read the reason and appeal; who repeats is known",
    "appeal": "part of its decision",
    "note": "for staff, for as long as there is the account",
    "mod_action": "the record of moderation: each row holds the hash of the one before",
    "rule": "settings of this installation",
    "rule_version": "says under which rule a comment was held",
}
