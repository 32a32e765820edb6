"""Caches values made from a thread until its validator (RFC 9110, 8.8) changes.

PostgreSQL stores with each row its place (`ctid`) and the transaction that wrote it (`xmin`). A sum over these, of all
rows that a page shows, differs once one of the rows was written. Reading it costs a tenth of making the page.
"""

from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec

from parley.platform import db
from parley.platform.cache import PAGE_SECONDS, MicroCache, moment
from parley.platform.concurrency import Batcher

Value = TypeVar("Value")

MOST_KEPT = 10_000
# In longer threads the sum costs as much as the page.
MOST_COMMENTS = 2_000
# For so many threads the query takes as long as for one of the longest.
MOST_AT_ONCE = 32
# The ages on a page ("5 min") may be wrong by a twentieth of themselves.
TOLERANCE = 0.05
SHORTEST_SECONDS, LONGEST_SECONDS = 30.0, 3_600.0


def _rows(table: str, where: str) -> str:
    """Return SQL for a number that differs when one of these rows is added, changed or deleted."""
    return f"(select coalesce(sum(hashtidextended(ctid, xmin::text::bigint)), 0) from {table} where {where})"  # noqa: S608 constants


# Each table that a visitor's page is made from. The passages of a revision never change without their article. When the
# name, title or state of a member changes, the trigger `author_changed` writes the stats of their threads again.
# PostgreSQL takes all arrays that come out of a subquery to be equally long, so it plans the statement once for all.
SELECT_VALIDATORS = f"""
select t.id, concat_ws(
    '.', {_rows("thread", "id = t.id")}, {_rows("article", "id = a.id")},
    {_rows("community", "true")}, {_rows("topic", "true")}, {_rows("revision", "article = a.id")},
    {_rows("comment", "thread = t.id")}, {_rows("thread_stats", "thread = t.id")},
    {_rows("passage_count", "thread = t.id")}, {_rows("quoted_words", "thread = t.id")},
    {_rows("statement_verdict", "thread = t.id")}, {_rows("claim", "article = a.id")},
    {_rows("author_reply", "article = a.id")}, {_rows("link_picture", "thread = t.id")},
    {_rows("thesis", "thread = t.id")}
) as validator
from thread t join article a on a.id = t.article
where t.id = any(array(select unnest($1::bigint[]))) and t.comment_count <= {MOST_COMMENTS}
"""  # noqa: S608 constants only


class ThreadValidator(msgspec.Struct, frozen=True):
    id: int
    validator: str


async def validator(thread: int) -> str | None:
    """Return the validator of `thread`, or None for a long thread, where it costs as much as making the page."""
    # Inside a transaction, or where there is a replica, one caller may see what another does not.
    if db.in_transaction() or db.DB.reader is not None:
        return (await _validators([thread]))[0]
    return await _batches.ask(thread)


async def _validators(threads: list[int]) -> list[str | None]:
    validators = {row.id: row.validator for row in await db.fetch(ThreadValidator, SELECT_VALIDATORS, threads)}
    return [validators.get(thread) for thread in threads]


_batches: Batcher[int, str | None] = Batcher(MOST_AT_ONCE, _validators)


class ReadValidator(msgspec.Struct, frozen=True):
    """A thread's validator, and the moment from before it was read."""

    at: float
    validator: str | None


class ValidatedValue(msgspec.Struct, Generic[Value], frozen=True):
    """A value, the validator of what it was made from, and until when its times are right (`cache.moment`)."""

    value: Value
    validator: str | None
    until: float


class ValidatedCache(Generic[Value]):
    """Caches values made from threads: for PAGE_SECONDS, and then while their threads do not change.

    They take up to `most_bytes`, as `size` measures them.
    """

    def __init__(self, name: str, most_bytes: int, size: Callable[[Value], int]) -> None:
        self._cache: MicroCache[ValidatedValue[Value]] = MicroCache(
            name, PAGE_SECONDS, MOST_KEPT, most_bytes, lambda kept: size(kept.value), LONGEST_SECONDS
        )

    async def get(
        self,
        key: Hashable,
        thread: int,
        make: Callable[[ReadValidator], Awaitable[tuple[Value, float]]],
        *,
        read: ReadValidator | None = None,
        not_before: float = 0.0,
    ) -> Value:
        """Return the cached value of `key` while the thread's validator is unchanged; otherwise call `make`.

        `make` gets the validator that was read before it. It returns the value, and for how many seconds its relative
        times ("5 min") stay right. `read` is the validator if it was just read. The value contains everything from
        before `not_before` (monotonic).
        """

        async def renew() -> ValidatedValue[Value]:
            # The validator is read first: then the value contains at least what the validator stands for.
            now = read or ReadValidator(moment(), await validator(thread))
            kept = self._cache.former(key)
            if kept is not None and kept.validator == now.validator is not None and now.at < kept.until:
                return kept
            value, seconds = await make(now)
            return ValidatedValue(value, now.validator, now.at + seconds)

        return (await self._cache.get(key, renew, not_before)).value

    def clear(self) -> None:
        self._cache.clear()


def seconds_right(newest: datetime) -> float:
    """Return for how many seconds the ages on a page stay right; `newest` is when its thread was last written in."""
    past = (datetime.now(UTC) - newest).total_seconds()
    return min(max(past * TOLERANCE, SHORTEST_SECONDS), LONGEST_SECONDS)
