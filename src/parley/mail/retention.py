"""How long mail and bounces are kept."""

from parley.core.retention import Files, Kept, Rule
from parley.core.settings import settings

RULES = (
    Rule(
        table="mail",
        what="the words of letters that are done with",
        days=7,
        since="due_at",
        after="they were due; with a mail server, until it has taken them",
        why="only a mailbox for tests shows them, and they hold links that work",
        where="""state not in ('planned', 'claimed', 'data')
                 and (text <> '' or html is not null or message is not null)""",
        blank="text = '', html = null, message = null",
    ),
    Rule(
        table="mail",
        what="that a letter was sent, to whom and under which subject",
        days=30,
        since="due_at",
        after="it was due",
        why="what comes back of a letter comes within days; the figures of mail look back a month",
    ),
    Rule(
        table="mail_bounce",
        what="what came back",
        days=90,
        since="created_at",
        after="it came; while the address is held back, for as long",
        why="after a month it no longer counts; an admin who looks into a provider wants to compare",
        where="""not exists (
            select from mail_address a where a.address = mail_bounce.address and a.suppressed_at is not null)""",
    ),
    Rule(
        table="mail_address",
        what="addresses that mail came back from, not held back",
        days=30,
        since="scored_at",
        after="the last time",
        why="after a month without trouble the count begins anew",
        where="suppressed_at is null",
        key="address",
    ),
    Rule(
        table="mail_domain",
        what="how providers take our mail",
        days=30,
        since="filled_at",
        after="the last letter; a pause, until its end",
        why="the pace begins anew",
        where="coalesce(paused_until < now(), true)",
        key="domain",
    ),
)
KEPT: Kept = {}
FILES = (
    Files(
        folder=lambda: settings().data / "mail",
        where="the folder `mail` of the data",
        what="letters written as files, where there is no mail server",
        days=30,
        why="as of the letters' rows",
    ),
    Files(
        folder=lambda: inbox / "cur" if (inbox := settings().mail_inbox) else None,
        where="`cur` in `PARLEY_MAIL_INBOX`",
        what="messages that came back and were read",
        days=14,
        why="somebody can still look at one that was judged wrongly (`parley mail classify`)",
    ),
)
