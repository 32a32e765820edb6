"""How long what moderators work with is kept."""

from parley.core.retention import Kept, Rule

RULES = (
    Rule(
        table="report",
        what="from which network a visitor reported",
        days=30,
        since="resolved_at",
        after="the report was answered",
        why="it is needed only while the report is open, so that one person's reports do not count twice",
        where="network is not null",
        blank="network = null",
    ),
    Rule(
        table="report",
        what="name and address of a visitor who reported",
        days=365,
        since="resolved_at",
        after="the report was answered",
        why="a decision can be appealed for six months (Digital Services Act, article 20): they are mailed the result",
        where="name is not null or email is not null",
        blank="name = null, email = null",
    ),
    Rule(
        table="hit",
        what="what automatic rules matched",
        days=365,
        since="created_at",
        after="it was posted; longer while moderators work on it",
        why="figures about rules look back a year at most",
        where="""not exists (
            select from queue_item i where i.kind = 'comment' and i.target = hit.comment and i.state = 'open')""",
    ),
    Rule(
        table="backtest",
        what="back-tests of automatic rules",
        days=90,
        since="changed_at",
        after="their end",
        why="their comments are three months older by then, so the rule needs a new back-test",
        where="state in ('done', 'failed')",
    ),
    Rule(
        table="second_look",
        what="second looks at decisions",
        days=365,
        since="created_at",
        after="they were made",
        why="figures about moderators look back a year at most",
    ),
)
KEPT: Kept = {
    "guideline": "decisions refer to them",
    "queue_item": "reports and decisions refer to it",
    "report": "what a decision answered",
    "decision": "the member concerned can read the reason and appeal; moderators see earlier decisions",
    "appeal": "part of its decision",
    "note": "for staff, as long as the account exists",
    "mod_action": "the record of moderation: each row holds the hash of the one before it",
    "rule": "settings of this installation",
    "rule_version": "shows which rule held a comment",
}
