"""Sends mail that is due: to the mail server, or into files if none is set."""

import asyncio
import re
from pathlib import Path
from uuid import UUID, uuid4

import aiosmtplib
import structlog

from parley.people.mail import bounces, queries, queue, rendering, smtp, unanswered
from parley.people.mail.links import envelope
from parley.people.mail.queue import ClaimedMail
from parley.people.returned_mail.reasons import kind_of
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.events.job_wakeups import start_another
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")
LONGEST_ERROR = 1_000


async def deliver_due() -> int:
    """Send up to 20 messages that are due, and return how many were sent.

    If the process dies at any point, no letter of a list is sent twice and none is lost.
    """
    by = uuid4()
    await unanswered.find_out(by)
    try:
        if due := await queue.claim(by):
            start_another()
        failpoint.hit("claimed")
        async with smtp.Connection() as connection:
            return await _deliver_all(due, by, connection)
    finally:
        await db.execute(queries.RELEASE_CLAIM, by)


async def _deliver_all(due: list[ClaimedMail], by: UUID, connection: smtp.Connection) -> int:
    sent = 0
    paused: set[str] = set()
    for number, mail in enumerate(due):
        if mail.domain in paused:
            continue
        try:
            queue_id = await _send(mail, by, connection)
        except smtp.Withdrawn:
            continue
        except smtp.Unreachable as error:
            log.warning("mail server unreachable", error=str(error))
            for left in due[number:]:
                await queue.defer(left, by, str(error))
            break
        except smtp.OutcomeUnknown as error:
            log.warning("mail not answered", mail=mail.id)
            await db.execute(queries.RECORD_NO_REPLY, mail.id, by, str(error))
        except Exception as error:  # noqa: BLE001 the other messages are still sent
            pauses = await attempts.each(
                "mail",
                [mail],
                lambda refused, error=error: _handle_refusal(refused, by, error),  # type: ignore[misc]
                key=lambda failed: failed.id,
                in_transaction=False,
            )
            if any(pauses):
                paused.add(mail.domain)
        else:
            # Outside the `try`: after the mail server accepted it, no error may send it again.
            await _record_sent(mail, by, queue_id)
            sent += 1
    return sent


async def _handle_refusal(mail: ClaimedMail, by: UUID, error: Exception) -> bool:
    """Defer the message or let it fail, by the kind of `error`. Return whether its domain is paused now."""
    text = repr(error)[:LONGEST_ERROR]
    if not isinstance(error, smtp.Failure):
        log.error("mail failed", mail=mail.id, exc_info=error)
    elif isinstance(error, OSError):
        log.warning("mail deferred", mail=mail.id, error=text)
    if not isinstance(error, aiosmtplib.SMTPResponseException):
        await queue.defer(mail, by, text)
        return False
    match = STATUS.search(error.message)
    status = match[0] if match else ""
    log.info("mail refused", mail=mail.id, code=error.code, status=status, attempt=mail.attempts)
    # A refused sender is a mistake in how the mail server is set up, not in this message.
    is_sender_refused = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code >= smtp.PERMANENT
    if is_sender_refused:
        log.error("mail server refuses our sender address", mail=mail.id, code=error.code, answer=error.message)
    if error.code < smtp.PERMANENT or is_sender_refused:
        await queue.defer(mail, by, text)
        defers_all = error.code == smtp.CLOSING or status.startswith("4.7.")
        # Messages do not count, since a stranger chooses where those about signing up go.
        return defers_all and mail.list is not None and await queue.record_deferral(mail.domain)
    async with db.atomic():
        await queue.settle(mail, by, "failed", error=text)
        if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
            kind = kind_of(status, error.message, permanent=True)
            await bounces.record(mail.id, kind, status, error.message, digest=f"answer:{mail.id}")
    return False


async def _send(mail: ClaimedMail, by: UUID, connection: smtp.Connection) -> str | None:
    """Send one message, and return its queue id if the mail server named it. Raises as `Connection.send` does."""
    ready = await rendering.ready(mail, by)
    failpoint.hit("ready")
    if ready is None:
        raise smtp.Withdrawn
    if settings().smtp_url is None:
        await asyncio.to_thread(_write, settings().data / "mail", mail, ready)
        return None

    async def enter_data() -> bool:
        return await db.execute(queries.MARK_DATA, mail.id, by, queue.DATA_LEASE) == 1

    return await connection.send(envelope(mail.id), ready.recipient, ready.message, enter_data)


async def _record_sent(mail: ClaimedMail, by: UUID, queue_id: str | None) -> None:
    async with db.atomic():
        await queue.settle(mail, by, "sent", queue_id=queue_id)
        await queue.record_accepted(mail.domain)
        await db.execute(queries.LOWER_SCORE, mail.id)
        await attempts.clear("mail", [str(mail.id)])
    failpoint.hit("settled")


def _write(target: Path, mail: ClaimedMail, ready: rendering.Ready) -> None:
    """Write the message to a file atomically. It contains secret links, so only its owner may read it."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target / f".{mail.id}.part"
    part.touch(mode=0o600)
    part.write_bytes(ready.message)
    part.replace(target / f"{mail.id:06}-{ready.kind}.eml")
