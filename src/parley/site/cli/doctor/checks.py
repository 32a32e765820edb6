"""The results of checks."""

from enum import Enum

import msgspec


class Level(Enum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(msgspec.Struct, frozen=True):
    """A result: its subject in a word or two, and a sentence that says what to do."""

    level: Level
    subject: str
    text: str


def judge(subject: str, *, good: bool, yes: str, no: str, otherwise: Level = Level.FAIL) -> Check:
    """Return `yes` as OK if `good`, else `no`."""
    return Check(Level.OK if good else otherwise, subject, yes if good else no)
