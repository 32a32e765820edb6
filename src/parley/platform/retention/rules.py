"""Retention rules: how long a feature keeps its rows and files."""

from collections.abc import Callable
from pathlib import Path

import msgspec

# The tables whose other rows are kept without limit, each with the reason.
Kept = dict[str, str]


class RetentionRule(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a table are deleted `days` after the time in the column `since`, if `where` is true.

    `what` and `after` describe the rows and that time in docs/operating.md; `why` is the reason. With `blank` (SQL
    assignments) the rows stay and only their text is removed; `where` must exclude those without text.
    """

    table: str
    what: str
    days: int
    since: str
    after: str
    why: str
    where: str = "true"
    blank: str = ""
    key: str = "id"

    @property
    def name(self) -> str:
        return f"{self.table}: {self.what}"

    @property
    def job(self) -> str:
        """The job name of recorded failures (platform/events/attempts.py)."""
        return f"retention of {self.table}"

    @property
    def is_over(self) -> str:
        """The SQL condition for rows whose time is over."""
        return f"{self.since} < now() - interval '{self.days} days' and ({self.where})"

    @property
    def period(self) -> str:
        return expired_after(self.days, self.after)


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """Files of a folder are deleted `days` after their last change. `folder` may return None."""

    folder: Callable[[], Path | None]
    where: str
    what: str
    days: int
    why: str

    @property
    def period(self) -> str:
        return expired_after(self.days, "they were written")


def expired_after(days: int, moment: str) -> str:
    """Return a period in words: "30 days after their last change", or "until their end"."""
    if not days:
        return f"until {moment}"
    return f"{days} day{'s' if days > 1 else ''} after {moment}"
