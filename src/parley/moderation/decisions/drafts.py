"""Previews of the letters that a decision would send."""

import msgspec

from parley.moderation.decisions import letters
from parley.moderation.decisions.letters import Concerned
from parley.moderation.decisions.rules import ACTIONS, Choice
from parley.moderation.reports import receipts
from parley.moderation.reports.receipts import ReportMail
from parley.platform import db

SELECT_CONCERNED = """
select m.name, m.email, $6::text as kind, $2::text as action, $3::text as reason, g.title as guideline,
       $5::timestamptz as until,
       false as automated, null::text as role
from member m left join guideline g on g.code = $4 where m.id = $1
"""
# All reporters get the same letter; the preview shows that of the first.
SELECT_REPORTER = f"""
select '…' as name, '' as email, i.kind, {receipts.PATH} as path, g.title as ground,
       $2::text as outcome, false as is_visitor, true as is_confirmed, {receipts.ASKS_FOR_LESS}
from {receipts.FROM_REPORTS} where i.id = $1 and r.state <> 'resolved' order by r.id limit 1
"""  # noqa: S608 constants only


class LetterPreview(msgspec.Struct, frozen=True):
    """The letters to the member concerned, and that to the reporters; None where none is sent."""

    concerned: list[str]
    reporters: str | None


async def draft_letters(choice: Choice, member: int | None, kind: str, sanction: Choice | None = None) -> LetterPreview:
    """The letters of a decision about a target of this kind that concerns `member`, and of a sanction with it."""
    decisions = [(choice, kind)] + ([(sanction, "member")] if sanction else [])
    passed_on = choice.action == "escalate"
    reporter = await db.fetch_one(ReportMail, SELECT_REPORTER, choice.item, ACTIONS[choice.action].answers)
    return LetterPreview(
        concerned=[letter for decision in decisions if member and (letter := await _statement(member, *decision))],
        reporters=receipts.outcome(reporter)[1] if reporter and not passed_on else None,
    )


async def _statement(member: int, choice: Choice, kind: str) -> str | None:
    if not ACTIONS[choice.action].restricts:
        return None
    values = (choice.action, choice.reason, choice.guideline, choice.ends, kind)
    to = await db.fetch_one(Concerned, SELECT_CONCERNED, member, *values)
    # The statement has no number yet.
    link = letters.link(0).partition("0?")[0] + "…"
    return letters.statement(to, link)[1] if to else None
