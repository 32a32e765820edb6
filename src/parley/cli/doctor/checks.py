"""What an examination finds."""

from enum import Enum

import msgspec


class Level(Enum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(msgspec.Struct, frozen=True):
    """One result: a subject of a word or two, and a sentence about it that says what to do."""

    level: Level
    subject: str
    text: str


def judge(subject: str, *, good: bool, yes: str, no: str, otherwise: Level = Level.FAIL) -> Check:
    """Return the finding for a question that has two answers."""
    return Check(Level.OK if good else otherwise, subject, yes if good else no)
