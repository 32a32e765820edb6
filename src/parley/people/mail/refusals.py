"""Handles a message that was certainly not accepted."""

import re
from uuid import UUID

import aiosmtplib
import structlog

from parley.people.mail import bounces, domains, smtp
from parley.people.mail.queue import ClaimedMail, defer, settle
from parley.people.returned_mail.reasons import kind_of
from parley.platform import db

log = structlog.get_logger(__name__)

STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
LONGEST_ERROR = 1_000


async def handle(mail: ClaimedMail, by: UUID, error: Exception) -> bool:
    """Defer the message or let it fail, by the kind of `error`. Return whether its domain is paused now."""
    text = repr(error)[:LONGEST_ERROR]
    if not isinstance(error, smtp.Failure):
        log.error("mail failed", mail=mail.id, exc_info=error)
    elif isinstance(error, OSError):
        log.warning("mail deferred", mail=mail.id, error=text)
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        await defer(mail, by, text)
        return False
    match = STATUS.search(error.message)
    status = match[0] if match else ""
    log.info("mail refused", mail=mail.id, code=error.code, status=status, attempt=mail.attempts)
    # A refused sender is a mistake in how the mail server is set up, not in this message.
    is_sender_refused = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code >= smtp.PERMANENT
    if is_sender_refused:
        log.error("mail server refuses our sender address", mail=mail.id, code=error.code, answer=error.message)
    if error.code < smtp.PERMANENT or is_sender_refused:
        await defer(mail, by, text)
        defers_all = error.code == smtp.CLOSING or status.startswith("4.7.")
        # Messages do not count, since a stranger chooses where those about signing up go.
        return defers_all and mail.list is not None and await domains.record_deferral(mail.domain)
    async with db.atomic():
        await settle(mail, by, "failed", error=text)
        if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
            kind = kind_of(status, error.message, permanent=True)
            await bounces.record(mail.id, kind, status, error.message, digest=f"answer:{mail.id}")
    return False
