"""Reads the log of postfix, which has a line with the Message-ID of each message that it accepts."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path

import msgspec

ENTRY = re.compile(r"postfix[\w/-]*/(?:smtpd|cleanup|qmgr)\[(\d+)\]: (?:([0-9A-Za-z]{6,}): )?(.*)")
MESSAGE_ID = re.compile(r"message-id=(\S+)")
# A message whose transfer was cut off. Older versions log it without the queue id, in the same process.
LOST = re.compile(r"(lost connection|timeout) after (DATA|RCPT|MAIL)\b|removed \(canceled\)")


class DeliveryOutcome(Enum):
    ARRIVED = "arrived"
    NOT_ARRIVED = "not arrived"
    UNCLEAR = "unclear"


class Entries(msgspec.Struct):
    """Parsed log entries: queue ids by Message-ID, the queued ones, and those whose transfer was cut off."""

    ids: dict[str, list[str]] = msgspec.field(default_factory=dict)
    queued: set[str] = msgspec.field(default_factory=set)
    lost: set[str] = msgspec.field(default_factory=set)

    def outcome(self, message_id: str) -> tuple[DeliveryOutcome, str | None]:
        """Return the outcome of a message that was being sent, and its queue id if it arrived."""
        numbers = self.ids.get(message_id, [])
        for number in numbers:
            if number in self.queued:
                return DeliveryOutcome.ARRIVED, number
        return (DeliveryOutcome.NOT_ARRIVED if set(numbers) <= self.lost else DeliveryOutcome.UNCLEAR), None


def read(path: Path) -> tuple[Entries, float]:
    """Return the entries of the log and the rotated one before it, and when the log was last written (a Unix time).

    Raises OSError if it cannot be read.
    """
    files = [file for file in (path.with_name(f"{path.name}.1"), path) if file.is_file()]
    return entries(line for file in files for line in _lines(file)), path.stat().st_mtime


def entries(lines: Iterable[str]) -> Entries:
    read_entries = Entries()
    current: dict[str, str] = {}
    for line in lines:
        if (entry := ENTRY.search(line)) is not None:
            process, number, text = entry.groups()
            current[process] = number or current.get(process, "")
            _add(read_entries, current[process], text)
    return read_entries


def _add(read_entries: Entries, number: str, text: str) -> None:
    if LOST.match(text):
        read_entries.lost.add(number)
    elif named := MESSAGE_ID.match(text):
        read_entries.ids.setdefault(named[1], []).append(number)
    elif text.startswith("from=<") and "queue active" in text:
        read_entries.queued.add(number)


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        yield from lines
