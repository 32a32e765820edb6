"""Prepares a message just before it is sent: checks that it is still wanted, and renders it."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from parley.people.mail import queries, queue
from parley.people.mail.letters import Letter, check_keys, lists
from parley.people.mail.message import MailContent, render
from parley.people.mail.tables import Mail
from parley.platform import db, failpoint


class MailRow(MailContent, frozen=True):
    expires_at: datetime | None
    message: bytes | None
    suppressed: bool


class Ready(msgspec.Struct, frozen=True):
    """A message that is ready to be sent."""

    kind: str
    recipient: str
    message: bytes


async def ready(mail: queue.ClaimedMail, by: UUID) -> Ready | None:
    """Return the message of `mail`, or None if it is not sent now; its row is then settled, held or readdressed.

    It is rendered once and stored, and again only if its list changes the letter.
    """
    async with db.atomic():
        row = await db.fetch_one(MailRow, queries.SELECT_CLAIMED_MAIL, mail.id, by)
        if row is None:
            return None
        hold = lists[row.list].hold if row.list is not None else None
        if hold and row.member is not None and (held_until := await hold(row.member)):
            await db.execute(queries.HOLD_MAIL, mail.id, by, held_until)
            return None
        outcome, error, letter = await _review(row)
        if outcome is not None:
            await queue.settle(mail, by, outcome, error=error)
            return None
        if letter is not None and letter.to != row.recipient:
            await db.execute(queries.CHANGE_RECIPIENT, mail.id, by, letter.to)
            return None
        failpoint.hit("reviewed")
        content = _with_letter(row, letter)
        message = row.message
        if message is None or content != row:
            message = render(content)
            failpoint.hit("rendered")
            await _store(content, message)
    return Ready(row.kind, row.recipient, message)


async def _store(content: MailContent, message: bytes) -> None:
    await Mail.update(
        {
            Mail.message: message,
            Mail.subject: content.subject,
            Mail.text: content.text,
            Mail.html: content.html,
            Mail.answers: content.answers,
            Mail.ancestors: content.ancestors,
        }
    ).where(Mail.id == content.id)


async def _review(row: MailRow) -> tuple[str | None, str | None, Letter | None]:
    """Return the outcome and the reason if the message is not to be sent; else the letter as its list has it now."""
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        return "expired", None, None
    if row.list is None or row.member is None:
        return None, None, None
    mail_list = lists[row.list]
    letter = await mail_list.review(row.id) if await mail_list.wanted(row.member, row.argument) else None
    if letter is None:
        return "stopped", None, None
    if row.suppressed and letter.to == row.recipient:
        return "failed", "mail came back from this address before", None
    return None, None, letter


def _with_letter(row: MailRow, letter: Letter | None) -> MailRow:
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
