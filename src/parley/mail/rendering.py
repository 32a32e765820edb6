"""Right before a message goes out: is it still wanted, may anything go there, and which bytes are it."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from parley.core import db, failpoint
from parley.mail import queue
from parley.mail.letters import Letter, check_keys, lists
from parley.mail.message import Content, rendered

ROW = """
select m.id, kind, list, argument, member, key, answers, ancestors, recipient, subject, text, html, created_at,
       expires_at, message, a.suppressed_at is not null as suppressed
from mail m left join mail_address a on a.address = lower(m.recipient)
where m.id = $1 and claim = $2 and state = 'claimed' for update of m
"""

KEEP = """
update mail set message = $2, subject = $3, text = $4, html = $5, answers = $6, ancestors = $7 where id = $1
"""


class MailRow(Content, frozen=True):
    expires_at: datetime | None
    message: bytes | None
    suppressed: bool


class Ready(msgspec.Struct, frozen=True):
    """A message as it goes out now."""

    kind: str
    recipient: str
    message: bytes


async def ready(mail: queue.Claimed, by: UUID) -> Ready | None:
    """The message of `mail`, rendered once and kept; None where it is not sent now: it is settled, or held, then.

    A letter that its list writes anew is rendered anew: nobody has seen the one before.
    """
    async with db.atomic():
        row = await db.fetch_one(MailRow, ROW, mail.id, by)
        if row is None:
            return None
        if held_until := await _held_until(row):
            await queue.hold(mail, by, held_until)
            return None
        outcome, error, letter = await _asked(row)
        if outcome is not None:
            await queue.settle(mail, by, outcome, error=error)
            return None
        failpoint.hit("asked")
        content = _as_said(row, letter)
        message = row.message
        if message is None or content != row:
            message = rendered(content)
            failpoint.hit("rendered")
            await db.execute(
                KEEP, row.id, message, content.subject, content.text, content.html, content.answers, content.ancestors
            )
    return Ready(row.kind, row.recipient, message)


async def _held_until(row: MailRow) -> datetime | None:
    hold = lists[row.list].hold if row.list is not None else None
    return await hold(row.member) if hold and row.member is not None else None


async def _asked(row: MailRow) -> tuple[str | None, str | None, Letter | None]:
    """What the message becomes instead of being sent, and why; or the letter as its list has it now."""
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        return "expired", None, None
    if row.list is None or row.member is None:
        return None, None, None
    if row.suppressed:
        return "failed", "mail came back from this address before", None
    asked = lists[row.list]
    letter = await asked.review(row.id) if await asked.wanted(row.member, row.argument) else None
    return ("stopped" if letter is None else None), None, letter


def _as_said(row: MailRow, letter: Letter | None) -> MailRow:
    if letter is None:
        return row
    check_keys(letter)
    return msgspec.structs.replace(
        row,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        answers=letter.answers,
        ancestors=" ".join(letter.references),
    )
