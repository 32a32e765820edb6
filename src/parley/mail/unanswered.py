"""Messages whose bytes left without an answer: the mail server's log or its webhook says what became of them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from parley.core.events import attempts
from parley.core.settings import settings
from parley.mail import maillog
from parley.mail.maillog import Fate
from parley.mail.message import message_id
from parley.mail.queue import UNANSWERED_JOB, UnansweredMail, put_off, settle, unanswered, wait

log = structlog.get_logger(__name__)

# A log or a webhook that has not told by then will not. Somebody waits for what is no letter of a list.
PATIENCE = timedelta(days=1)
WEBHOOK_PATIENCE = timedelta(minutes=10)
# What the log says, and until when it was read.
Read = tuple[maillog.Entries, float]


async def find_out(by: UUID) -> None:
    """Settle what was left unanswered, each message by itself: one that fails holds up no other, and no sending."""
    mails = await unanswered(by)
    read = await _entries() if mails else None
    await attempts.each(
        UNANSWERED_JOB, mails, lambda mail: find_out_one(mail, by, read), key=lambda mail: mail.id, in_transaction=False
    )


async def find_out_one(mail: UnansweredMail, by: UUID, read: Read | None) -> None:
    """Settle one message: it arrived, or it did not and goes out again, byte for byte.

    Where nobody can say, a message to an address goes out again and a letter of a list does not: its list takes care
    that nothing in it is lost.
    """
    fate, queue_id = _fate(mail, read)
    log.info("mail was unanswered", mail=mail.id, fate=fate.value)
    if fate is Fate.ARRIVED:
        await settle(mail, by, "sent", queue_id=queue_id)
    elif fate is Fate.NEVER:
        await put_off(mail, by, "the mail server never got it")
    elif datetime.now(UTC) - mail.data_at < _patience(mail):
        await wait(mail, by)
    elif mail.list is None:
        await put_off(mail, by, "nobody knows whether it arrived")
    else:
        await settle(mail, by, "unknown", error="nobody knows whether it arrived")


def _patience(mail: UnansweredMail) -> timedelta:
    """How long to wait for word about `mail`. What a webhook says settles it at once (`queue.arrived`)."""
    if settings().mail_log is not None or (settings().has_webhooks and mail.list is not None):
        return PATIENCE
    return WEBHOOK_PATIENCE if settings().has_webhooks else timedelta(0)


async def _entries() -> Read | None:
    path = settings().mail_log
    if path is None:
        return None
    try:
        return await asyncio.to_thread(maillog.read, path)
    except Exception as error:  # noqa: BLE001 whatever the file holds, mail goes out
        log.warning("mail log not readable", error=repr(error))
        return None


def _fate(mail: UnansweredMail, read: Read | None) -> tuple[Fate, str | None]:
    if read is None or read[1] < mail.data_at.timestamp():
        return Fate.UNCLEAR, None
    return read[0].fate(message_id(mail.name))
