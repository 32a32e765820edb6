"""What the mail server's own log says about a message: postfix writes one line as it takes it, with its Message-ID."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path

import msgspec

ENTRY = re.compile(r"postfix[\w/-]*/(?:smtpd|cleanup|qmgr)\[(\d+)\]: (?:([0-9A-Za-z]{6,}): )?(.*)")
MESSAGE_ID = re.compile(r"message-id=(\S+)")
# Of a message that was cut off. Older versions say it without its queue id, in the process that had it.
LOST = re.compile(r"(lost connection|timeout) after (DATA|RCPT|MAIL)\b|removed \(canceled\)")


class Fate(Enum):
    ARRIVED = "arrived"
    NEVER = "never arrived"
    UNCLEAR = "unclear"


class Entries(msgspec.Struct):
    """What the log says: queue ids by Message-ID, those that were queued, and those whose sender went away before."""

    ids: dict[str, list[str]] = msgspec.field(default_factory=dict)
    queued: set[str] = msgspec.field(default_factory=set)
    lost: set[str] = msgspec.field(default_factory=set)

    def fate(self, message_id: str) -> tuple[Fate, str | None]:
        """What became of a message that was being handed over, and its queue id where it arrived."""
        found = self.ids.get(message_id, [])
        for one in found:
            if one in self.queued:
                return Fate.ARRIVED, one
        return (Fate.NEVER if set(found) <= self.lost else Fate.UNCLEAR), None


def read(path: Path) -> tuple[Entries, float]:
    """The entries of the log and of the one before it, and when it was written to last, in seconds since 1970.

    About what happened after that it says nothing. Raises OSError where it cannot be read.
    """
    files = [one for one in (path.with_name(f"{path.name}.1"), path) if one.is_file()]
    return entries(line for file in files for line in _lines(file)), path.stat().st_mtime


def entries(lines: Iterable[str]) -> Entries:
    found = Entries()
    had_by: dict[str, str] = {}
    for line in lines:
        if (entry := ENTRY.search(line)) is not None:
            process, number, said = entry.groups()
            had_by[process] = number or had_by.get(process, "")
            _note(found, had_by[process], said)
    return found


def _note(found: Entries, number: str, said: str) -> None:
    if LOST.match(said):
        found.lost.add(number)
    elif named := MESSAGE_ID.match(said):
        found.ids.setdefault(named[1], []).append(number)
    elif said.startswith("from=<") and "queue active" in said:
        found.queued.add(number)


def _lines(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace") as text:
        yield from text
