"""Messages that were sent without a reply: their outcome comes from the mail server's log or from a webhook."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from parley.people.mail import maillog, queries
from parley.people.mail.maillog import DeliveryOutcome
from parley.people.mail.message import message_id
from parley.people.mail.queue import BATCH, LEASE, ClaimedMail, defer, settle
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

# How long to wait for a log or a webhook. It is shorter for messages to one address, since somebody waits for them.
PATIENCE = timedelta(days=1)
WEBHOOK_PATIENCE = timedelta(minutes=10)
# The entries of the log, and when it was last written.
MailLog = tuple[maillog.Entries, float]


class UnansweredMail(ClaimedMail, frozen=True):
    name: str
    """The part of its Message-ID before the @."""
    data_at: datetime


async def find_out(by: UUID) -> None:
    """Settle up to 20 unanswered messages one by one. A failure stops neither the others nor sending."""
    mails = await db.fetch(UnansweredMail, queries.CLAIM_UNANSWERED, by, BATCH, LEASE)
    mail_log = await _read_log() if mails else None
    await attempts.each(
        queries.UNANSWERED_JOB,
        mails,
        lambda mail: find_out_one(mail, by, mail_log),
        key=lambda mail: mail.id,
        in_transaction=False,
    )


async def find_out_one(mail: UnansweredMail, by: UUID, mail_log: MailLog | None) -> None:
    """Settle one message if it arrived; send the same bytes again if it did not.

    If that stays unknown, a message to one address is sent again. A letter of a list is not; its list makes sure that
    nothing in it is lost.
    """
    outcome, queue_id = _outcome(mail, mail_log)
    log.info("mail was unanswered", mail=mail.id, outcome=outcome.value)
    if outcome is DeliveryOutcome.ARRIVED:
        await settle(mail, by, "sent", queue_id=queue_id)
    elif outcome is DeliveryOutcome.NOT_ARRIVED:
        await defer(mail, by, "the mail server did not receive it")
    elif datetime.now(UTC) - mail.data_at < _patience(mail):
        await db.execute(queries.EXTEND_LEASE, mail.id, by)
    elif mail.list is None:
        await defer(mail, by, "it is unknown whether it arrived")
    else:
        await settle(mail, by, "unknown", error="it is unknown whether it arrived")


def _patience(mail: UnansweredMail) -> timedelta:
    """Return how long to wait for news about `mail`. A webhook settles it at once (`queue.settle_arrived`)."""
    if settings().mail_log is not None or (settings().has_webhooks and mail.list is not None):
        return PATIENCE
    return WEBHOOK_PATIENCE if settings().has_webhooks else timedelta(0)


async def _read_log() -> MailLog | None:
    path = settings().mail_log
    if path is None:
        return None
    try:
        return await asyncio.to_thread(maillog.read, path)
    except Exception as error:  # noqa: BLE001 mail is sent whatever the file contains
        log.warning("mail log not readable", error=repr(error))
        return None


def _outcome(mail: UnansweredMail, mail_log: MailLog | None) -> tuple[DeliveryOutcome, str | None]:
    if mail_log is None or mail_log[1] < mail.data_at.timestamp():
        return DeliveryOutcome.UNCLEAR, None
    return mail_log[0].outcome(message_id(mail.name))
