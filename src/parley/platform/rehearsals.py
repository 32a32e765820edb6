"""Rehearsals: what is done only to be rolled back. It takes nothing from rate limits, which no rollback returns."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

is_rehearsal = ContextVar("is_rehearsal", default=False)


@contextmanager
def rehearsing(*, on: bool) -> Iterator[None]:
    """Make what is done inside a rehearsal, if `on`. The caller rolls it back."""
    token = is_rehearsal.set(on)
    try:
        yield
    finally:
        is_rehearsal.reset(token)
