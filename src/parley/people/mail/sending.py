"""Sends mail that is due: to the mail server, or into files if none is set."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import structlog

from parley.people.mail import domains, refusals, rendering, smtp, unanswered
from parley.people.mail.links import envelope
from parley.people.mail.queue import (
    MOST_ATTEMPTS,
    ClaimedMail,
    claim,
    defer,
    enter_data,
    mark_unanswered,
    release,
    settle,
)
from parley.platform import db, failpoint
from parley.platform.events import attempts
from parley.platform.settings import settings

__all__ = ["MOST_ATTEMPTS", "deliver_due"]

log = structlog.get_logger(__name__)

# Each delivery lowers the bounce score of an address.
LOWER_SCORE = """
update mail_address set score = greatest(score - 0.1, 0)
where address = (select lower(recipient) from mail where id = $1) and suppressed_at is null
"""


async def deliver_due() -> int:
    """Send up to 20 messages that are due, and return how many were sent.

    If the process dies at any point, no letter of a list is sent twice and none is lost.
    """
    by = uuid4()
    await unanswered.find_out(by)
    try:
        due = await claim(by)
        failpoint.hit("claimed")
        async with smtp.connection() as connection:
            return await _deliver_all(due, by, connection)
    finally:
        await release(by)


async def _deliver_all(due: list[ClaimedMail], by: UUID, connection: smtp.Connection) -> int:
    sent = 0
    paused: set[str] = set()
    for number, mail in enumerate(due):
        if mail.domain in paused:
            continue
        try:
            receipt = await _send(mail, by, connection)
        except smtp.Unreachable as error:
            log.warning("mail server unreachable", error=str(error))
            for left in due[number:]:
                await defer(left, by, str(error))
            break
        except smtp.OutcomeUnknown as error:
            log.warning("mail not answered", mail=mail.id)
            await mark_unanswered(mail, by, str(error))
        except Exception as error:  # noqa: BLE001 the other messages are still sent
            pauses = await attempts.each(
                "mail",
                [mail],
                lambda refused, error=error: refusals.handle(refused, by, error),  # type: ignore[misc]
                key=lambda failed: failed.id,
                in_transaction=False,
            )
            if any(pauses):
                paused.add(mail.domain)
        else:
            # Outside the `try`: after the mail server accepted it, no error may send it again.
            sent += receipt is not None and await _record_sent(mail, by, receipt)
    return sent


class Receipt(msgspec.Struct, frozen=True):
    queue_id: str | None = None


async def _send(mail: ClaimedMail, by: UUID, connection: smtp.Connection) -> Receipt | None:
    """Send one message. Return None if it is not to be sent."""
    ready = await rendering.ready(mail, by)
    failpoint.hit("kept")
    if ready is None:
        return None
    if settings().smtp_url is None:
        await asyncio.to_thread(_write, settings().data / "mail", mail, ready)
        return Receipt()
    outgoing = smtp.Outgoing(envelope(mail.id), ready.recipient, ready.message)
    try:
        return Receipt(await connection.send(outgoing, lambda: enter_data(mail.id, by)))
    except smtp.Withdrawn:
        return None


async def _record_sent(mail: ClaimedMail, by: UUID, receipt: Receipt) -> bool:
    async with db.atomic():
        await settle(mail, by, "sent", queue_id=receipt.queue_id)
        await domains.record_accepted(mail.domain)
        await db.execute(LOWER_SCORE, mail.id)
        await attempts.clear("mail", [str(mail.id)])
    failpoint.hit("settled")
    return True


def _write(target: Path, mail: ClaimedMail, ready: rendering.Ready) -> None:
    """Write the message to a file atomically. It contains secret links, so only its owner may read it."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target / f".{mail.id}.part"
    part.touch(mode=0o600)
    part.write_bytes(ready.message)
    part.replace(target / f"{mail.id:06}-{ready.kind}.eml")
