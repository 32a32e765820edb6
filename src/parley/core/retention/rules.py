"""What a feature states about how long its rows and files are kept."""

from collections.abc import Callable
from pathlib import Path

import msgspec

# The tables whose rows are kept for good, but for what a rule takes of them, each with its reason.
Kept = dict[str, str]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of a table are deleted `days` after the moment in the column `since`, if `where` holds as well.

    `what` and `after` name the rows and that moment in docs/operating.md, and `why` gives the reason. With `blank`,
    assignments of SQL, the rows stay and lose their words only; `where` must leave out those that have lost them.
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
        """The name under which rows that cannot be deleted are written down."""
        return f"retention of {self.table}"

    @property
    def is_over(self) -> str:
        """The SQL condition for rows whose time is over."""
        return f"{self.since} < now() - interval '{self.days} days' and ({self.where})"

    @property
    def period(self) -> str:
        return expired_after(self.days, self.after)


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """Files of a folder are deleted `days` after their last change; without a folder there are none."""

    folder: Callable[[], Path | None]
    where: str
    what: str
    days: int
    why: str

    @property
    def period(self) -> str:
        return expired_after(self.days, "they were written")


def expired_after(days: int, moment: str) -> str:
    """A period in words: "30 days after their last change", or "until their end"."""
    if not days:
        return f"until {moment}"
    return f"{days} day{'s' if days > 1 else ''} after {moment}"
