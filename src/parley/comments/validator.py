"""Keeping what a thread shows until that changes, told by a validator (in the sense of RFC 9110, 8.8).

PostgreSQL knows of each row where it is stored (`ctid`) and which transaction wrote it (`xmin`). So a sum over those of
all rows that a page shows differs as soon as one was written. Reading them costs a tenth of making the page.
"""

from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec

from parley.core import db
from parley.core.cache import ENTRY_BYTES, Bounded, moment

Value = TypeVar("Value")

MOST = 10_000
# In longer threads the sum costs as much as the page.
MOST_COMMENTS = 2_000
# A page says how long ago something was: that may be wrong by a twentieth.
OFF_BY = 20
SHORTEST, LONGEST = 30.0, 3_600.0


def _rows(table: str, where: str) -> str:
    """Return SQL for a number that differs when one of these rows is added, changed or deleted."""
    return f"(select coalesce(sum(hashtidextended(ctid, xmin::text::bigint)), 0) from {table} where {where})"  # noqa: S608 constants


# Of members only what the page shows: their rows change at every visit. "offset 0" keeps the planner from reading all.
AUTHORS = """(
    select sum(hashtextextended(concat_ws('|', m.name, m.title, m.state), 0))
    from (select author from comment where thread = t.id union select t.starter) wrote
    cross join lateral (select name, title, state from member where id = wrote.author offset 0) m
)"""
# Each table that a visitor's page is made from. The passages of a revision never change without their article.
VALIDATOR = f"""
select concat_ws(
    '.', {_rows("thread", "id = t.id")}, {_rows("article", "id = a.id")}, coalesce({AUTHORS}, 0),
    {_rows("community", "true")}, {_rows("topic", "true")}, {_rows("revision", "article = a.id")},
    {_rows("comment", "thread = t.id")}, {_rows("thread_stats", "thread = t.id")},
    {_rows("passage_count", "thread = t.id")}, {_rows("quoted_words", "thread = t.id")},
    {_rows("statement_verdict", "thread = t.id")}, {_rows("claim", "article = a.id")},
    {_rows("author_reply", "article = a.id")}, {_rows("link_picture", "thread = t.id")}
)
from thread t join article a on a.id = t.article where t.id = $1 and t.comment_count <= {MOST_COMMENTS}
"""  # noqa: S608 constants only


async def validator(thread: int) -> str | None:
    """Return what differs as soon as the page of `thread` would, or None if that costs as much as making the page."""
    found: str | None = await db.value(VALIDATOR, thread)
    return found


class Kept(msgspec.Struct, Generic[Value], frozen=True):
    """A value, the validator of what it was made from, and until when its times are right (core/cache.py: moment)."""

    value: Value
    validator: str
    until: float


class Unchanged(Generic[Value]):
    """Keeps what was made from threads while nothing changes there, up to `most_bytes`, as `size` counts them."""

    def __init__(self, name: str, most_bytes: int, size: Callable[[Value], int]) -> None:
        self._kept: Bounded[Kept[Value]] = Bounded(MOST, most_bytes, lambda one: ENTRY_BYTES + size(one.value), name)

    async def get(self, key: Hashable, thread: int, make: Callable[[float], Awaitable[tuple[Value, float]]]) -> Value:
        """Return the value of `key`, or what `make` makes from everything since the moment that it is given.

        `make` also returns for how many seconds its times are right.
        """
        # The validator is read first: then the value contains at least what the validator stands for.
        started, now = moment(), await validator(thread)
        kept = self._kept.get(key)
        if kept is not None and kept.validator == now and started < kept.until:
            return kept.value
        value, seconds = await make(started)
        if now is not None:
            self._kept.put(key, Kept(value, now, started + seconds))
        return value

    def clear(self) -> None:
        self._kept.clear()


def right_for(moment: datetime) -> float:
    """Return for how many seconds a page can say how long ago `moment` was, the newest on it."""
    past = (datetime.now(UTC) - moment).total_seconds()
    return min(max(past / OFF_BY, SHORTEST), LONGEST)
