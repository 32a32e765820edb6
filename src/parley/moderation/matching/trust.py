"""Trust levels: what a member may do (moderation-proofs.md I18).

Trust comes from days, from comments that others had time to read and left standing, and from upheld reports. Numbers
of comments do not count: anybody can post twenty in an hour.
"""

from typing import Protocol

import msgspec


class TrustLevel(msgspec.Struct, frozen=True):
    """A level, reached `days` after signing up, after `days_present` days with a comment, and `stood` comments.

    `stood`: comments that stood for a day and were read; reports of theirs that were upheld count too (CREDITED).
    """

    name: str
    days: int
    days_present: int
    stood: int
    # Comments per hour; None: only the limits for everybody (platform/ratelimit.py).
    per_hour: int | None
    # Whether comments are held if the automatic rules fail.
    is_held_without_rules: bool


# Automatic rules look more closely at members below the highest level (m0001_rules.json).
LEVELS = (
    TrustLevel("newcomer", days=0, days_present=0, stood=0, per_hour=10, is_held_without_rules=True),
    TrustLevel("new member", days=2, days_present=1, stood=0, per_hour=30, is_held_without_rules=False),
    TrustLevel("established", days=7, days_present=5, stood=10, per_hour=None, is_held_without_rules=False),
)
# This many upheld reports count as comments that stood: more could be made with a second account.
CREDITED = 5


class Standing(Protocol):
    """The facts that decide about the level of a member (matching/facts.py: AuthorRecord)."""

    @property
    def age(self) -> float: ...
    @property
    def days_present(self) -> int: ...
    @property
    def stood(self) -> int: ...
    @property
    def upheld_reports(self) -> int: ...
    @property
    def upheld(self) -> int: ...


def level(author: Standing) -> TrustLevel:
    """The highest level that a member has reached, lowered by one for each decision against them."""
    reached = sum(has_reached(author, level) for level in LEVELS[1:])
    return LEVELS[max(0, reached - author.upheld)]


def has_reached(author: Standing, level: TrustLevel) -> bool:
    stood = author.stood + min(CREDITED, author.upheld_reports)
    return author.age >= level.days and author.days_present >= level.days_present and stood >= level.stood
