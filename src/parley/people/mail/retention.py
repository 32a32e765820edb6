"""How long mail and bounces are kept."""

from parley.platform.retention import Files, Kept, RetentionRule
from parley.platform.settings import settings

RULES = (
    RetentionRule(
        table="mail",
        what="the text of letters that were sent or given up",
        days=7,
        since="due_at",
        after="they were due; with a mail server, until it accepted them",
        why="only the test mailbox shows them, and they contain working links",
        where="""state not in ('planned', 'claimed', 'data')
                 and (text <> '' or html is not null or message is not null)""",
        blank="text = '', html = null, message = null",
    ),
    RetentionRule(
        table="mail",
        what="that a letter was sent, to whom and with which subject",
        days=30,
        since="due_at",
        after="it was due",
        why="bounces arrive within days, and mail figures look back a month",
    ),
    RetentionRule(
        table="mail_bounce",
        what="bounces and complaints",
        days=90,
        since="created_at",
        after="it came; longer while the address is suppressed",
        why="they stop counting after a month; an admin who examines a provider can compare for longer",
        where="""not exists (
            select from mail_address a where a.address = mail_bounce.address and a.suppressed_at is not null)""",
    ),
    RetentionRule(
        table="mail_address",
        what="addresses with bounces that are not suppressed",
        days=30,
        since="scored_at",
        after="the last time",
        why="after a month without a bounce the count starts again",
        where="suppressed_at is null",
        key="address",
    ),
    RetentionRule(
        table="mail_domain",
        what="how providers accept our mail",
        days=30,
        since="filled_at",
        after="the last letter; a pause stays until its end",
        why="the sending rate starts again",
        where="coalesce(paused_until < now(), true)",
        key="domain",
    ),
)
KEPT: Kept = {}
FILES = (
    Files(
        folder=lambda: settings().data / "mail",
        where="the folder `mail` of the data",
        what="letters written to files where there is no mail server",
        days=30,
        why="as for the letters' rows",
    ),
    Files(
        folder=lambda: inbox / "cur" if (inbox := settings().mail_inbox) else None,
        where="`cur` in `PARLEY_MAIL_INBOX`",
        what="bounces that were processed",
        days=14,
        why="until then, one that was misclassified can be examined (`parley mail classify`)",
    ),
)
