"""Messages that were sent without a reply: their outcome comes from the mail server's log or from a webhook."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from uuid import UUID

import msgspec
import structlog

from parley.people.mail import queries
from parley.people.mail.message import message_id
from parley.people.mail.queue import BATCH, LEASE, ClaimedMail, defer, settle
from parley.platform import db
from parley.platform.events import attempts
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

# How long to wait for a log or a webhook. It is shorter for messages to one address, since somebody waits for them.
PATIENCE = timedelta(days=1)
WEBHOOK_PATIENCE = timedelta(minutes=10)
# Postfix logs a line with the Message-ID of each message that it accepts.
ENTRY = re.compile(r"postfix[\w/-]*/(?:smtpd|cleanup|qmgr)\[(\d+)\]: (?:([0-9A-Za-z]{6,}): )?(.*)")
MESSAGE_ID = re.compile(r"message-id=(\S+)")
# A message whose transfer was cut off. Older versions log it without the queue id, in the same process.
LOST = re.compile(r"(lost connection|timeout) after (DATA|RCPT|MAIL)\b|removed \(canceled\)")


class DeliveryOutcome(Enum):
    ARRIVED = "arrived"
    NOT_ARRIVED = "not arrived"
    UNCLEAR = "unclear"


class LogEntries(msgspec.Struct):
    """Parsed log entries: queue ids by Message-ID, the queued ones, and those whose transfer was cut off."""

    ids: dict[str, list[str]] = msgspec.field(default_factory=dict)
    queued: set[str] = msgspec.field(default_factory=set)
    lost: set[str] = msgspec.field(default_factory=set)
    written_at: float = 0.0
    """When the log was last written, as a Unix time."""

    def outcome(self, message_id: str) -> tuple[DeliveryOutcome, str | None]:
        """Return the outcome of a message that was being sent, and its queue id if it arrived."""
        numbers = self.ids.get(message_id, [])
        for number in numbers:
            if number in self.queued:
                return DeliveryOutcome.ARRIVED, number
        return (DeliveryOutcome.NOT_ARRIVED if set(numbers) <= self.lost else DeliveryOutcome.UNCLEAR), None


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


async def find_out_one(mail: UnansweredMail, by: UUID, mail_log: LogEntries | None) -> None:
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


async def _read_log() -> LogEntries | None:
    path = settings().mail_log
    if path is None:
        return None
    try:
        return await asyncio.to_thread(read_log, path)
    except Exception as error:  # noqa: BLE001 mail is sent whatever the file contains
        log.warning("mail log not readable", error=repr(error))
        return None


def _outcome(mail: UnansweredMail, mail_log: LogEntries | None) -> tuple[DeliveryOutcome, str | None]:
    if mail_log is None or mail_log.written_at < mail.data_at.timestamp():
        return DeliveryOutcome.UNCLEAR, None
    return mail_log.outcome(message_id(mail.name))


def read_log(path: Path) -> LogEntries:
    """Return the entries of the log and the rotated one before it.

    Raises OSError if it cannot be read.
    """
    files = [file for file in (path.with_name(f"{path.name}.1"), path) if file.is_file()]
    return log_entries((line for file in files for line in _lines(file)), path.stat().st_mtime)


def log_entries(lines: Iterable[str], written_at: float = 0.0) -> LogEntries:
    read_entries = LogEntries(written_at=written_at)
    current: dict[str, str] = {}
    for line in lines:
        if (entry := ENTRY.search(line)) is not None:
            process, number, text = entry.groups()
            current[process] = number or current.get(process, "")
            _add(read_entries, current[process], text)
    return read_entries


def _add(read_entries: LogEntries, number: str, text: str) -> None:
    if LOST.match(text):
        read_entries.lost.add(number)
    elif named := MESSAGE_ID.match(text):
        read_entries.ids.setdefault(named[1], []).append(number)
    elif text.startswith("from=<") and "queue active" in text:
        read_entries.queued.add(number)


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from lines
