"""Messages whose bytes left without an answer: the mail server's log says what became of them, or nobody does."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from parley.core import attempts
from parley.core.mail import maillog
from parley.core.mail.maillog import Fate
from parley.core.mail.message import message_id
from parley.core.mail.queue import UNANSWERED_JOB, Unanswered, put_off, settle, unanswered, wait
from parley.core.settings import settings

log = structlog.get_logger(__name__)

# A log that has not told by then will not.
PATIENCE = timedelta(days=1)
# What the log says, and until when it was read.
Read = tuple[maillog.Entries, float]


async def find_out(by: UUID) -> None:
    """Settle what was left unanswered, each message by itself: one that fails holds up no other, and no sending."""
    mails = await unanswered(by)
    read = await _entries() if mails else None
    await attempts.each(
        UNANSWERED_JOB, mails, lambda mail: find_out_one(mail, by, read), key=lambda mail: mail.id, in_transaction=False
    )


async def find_out_one(mail: Unanswered, by: UUID, read: Read | None) -> None:
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
    elif settings().mail_log is not None and datetime.now(UTC) - mail.data_at < PATIENCE:
        await wait(mail, by)
    elif mail.list is None:
        await put_off(mail, by, "nobody knows whether it arrived")
    else:
        await settle(mail, by, "unknown", error="nobody knows whether it arrived")


async def _entries() -> Read | None:
    path = settings().mail_log
    if path is None:
        return None
    try:
        return await asyncio.to_thread(maillog.read, path)
    except Exception as error:  # noqa: BLE001 whatever the file holds, mail goes out
        log.warning("mail log not readable", error=repr(error))
        return None


def _fate(mail: Unanswered, read: Read | None) -> tuple[Fate, str | None]:
    if read is None or read[1] < mail.data_at.timestamp():
        return Fate.UNCLEAR, None
    return read[0].fate(message_id(mail.name))
