"""The letters that a decision will send, before it is made."""

from datetime import UTC, datetime

import msgspec
from msgspec.structs import asdict

from parley.core import db, mail
from parley.moderation import letters
from parley.moderation.letters import Concerned, Reporter
from parley.moderation.rules import ACTIONS, Choice

CONCERNED = """
select m.name, m.email, $2::text as action, $3::text as reason, g.title as guideline, $5::timestamptz as until,
       false as automated
from member m left join guideline g on g.code = $4 where m.id = $1
"""


class Letter(msgspec.Struct, frozen=True):
    """What whom it concerns will read, and what those who reported will."""

    concerned: str | None
    reporters: str | None


async def drafted(choice: Choice, member: int | None) -> Letter:
    """The letters of a decision about what is this member's."""
    restricts = ACTIONS[choice.action].restricts
    until = datetime.now(UTC) + choice.lasts if choice.lasts else None
    asked = (choice.action, choice.reason, choice.guideline, until)
    to = await db.fetch_one(Concerned, CONCERNED, member, *asked) if restricts and member else None
    passed_on = choice.action == "escalate"
    outcome = Reporter("…", "", "upheld" if restricts else "declined")
    # The statement has no number yet.
    link = letters.link(0).partition("0?")[0] + "…"
    return Letter(
        concerned=letters.statement(to, link)[1] if to else None,
        reporters=None if passed_on else mail.written("outcome", **asdict(outcome))[1],
    )
