"""Filters of the queue and of comments, as addresses name them."""

from typing import Any
from urllib.parse import urlencode

import msgspec

from parley.people.accounts import names

# A list of comments goes back this many days, unless the address says otherwise.
DAYS = 30


class QueueFilter(msgspec.Struct, frozen=True):
    """A filter of the queue. `kind`: a kind of items or of other work (kinds.py), or `held`, `reported`, `rights`.

    `claimed`: `mine`, `free`, or None for all. `hours`: waiting for longer than that.
    """

    kind: str | None = None
    ground: str | None = None
    escalated: bool = False
    claimed: str | None = None
    # The name of the author or, of items about members, of the member.
    author: str | None = None
    thread: int | None = None
    topic: str | None = None
    rule: int | None = None
    hours: int | None = None
    # The id of a raid mode that held them.
    raid: int | None = None

    @property
    def query(self) -> str:
        """The query string of an address with this filter."""
        return self.query_with()

    def query_with(self, **more: int | str | None) -> str:
        """As `query`, with further parameters."""
        chosen = {name: int(value) if value is True else value for name, value in msgspec.structs.asdict(self).items()}
        parts = urlencode({name: value for name, value in (chosen | more).items() if value})
        return f"?{parts}" if parts else ""

    @property
    def is_kind_only(self) -> bool:
        """Whether it chooses nothing but a kind: other work than items knows no other condition."""
        return msgspec.structs.replace(self, kind=None) == QueueFilter()

    @property
    def values(self) -> tuple[Any, ...]:
        """The values of the parameters $2 to $11 of `IS_CHOSEN`."""
        author = names.key(self.author) if self.author else None
        return msgspec.structs.astuple(msgspec.structs.replace(self, author=author))


class CommentFilter(msgspec.Struct, frozen=True):
    """Comments of the last `days` that meet all conditions that are given."""

    author: str | None = None
    # A domain that their text names.
    host: str | None = None
    # The id of a comment that they resemble.
    like: int | None = None
    # The id of an automatic rule that matched them.
    rule: int | None = None
    thread: int | None = None
    # The name of the moderator who removed or collapsed them; without one, only comments that are not removed count.
    moderator: str | None = None
    days: int = DAYS

    @property
    def is_narrow(self) -> bool:
        """Whether there is any condition but the time."""
        return msgspec.structs.replace(self, days=DAYS) != CommentFilter()

    @property
    def query(self) -> str:
        """The query string of an address with this filter."""
        return "?" + urlencode({name: value for name, value in msgspec.structs.asdict(self).items() if value})
