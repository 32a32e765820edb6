"""The same decision on many items, each in its own transaction, so that a refusal affects one item only."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import msgspec

from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.http.access import Viewer
from parley.platform.rehearsals import rehearsing
from parley.platform.text.messages import Message


class Outcome(msgspec.Struct, frozen=True):
    """The result for one item: the id of its decision, None in a rehearsal, or the reason of a refusal."""

    item: int
    refusal: Message | None = None
    decision: int | None = None


class _RehearsedError(Exception):
    """Rolls back a rehearsal."""


async def rehearse(viewer: Viewer, choices: list[Choice]) -> list[Outcome]:
    """The outcomes that deciding would have: each decision is made and rolled back."""
    return [await outcome(choice.item, partial(decisions.decide, viewer, choice), commit=False) for choice in choices]


async def decide(viewer: Viewer, choices: list[Choice]) -> list[Outcome]:
    """Decide on each item in turn."""
    return [await outcome(choice.item, partial(decisions.decide, viewer, choice), commit=True) for choice in choices]


async def undo(viewer: Viewer, decision_of: Mapping[int, int]) -> list[Outcome]:
    """Undo one's decisions, given by item, the last first."""
    return [await _undo(viewer, item, decision_of[item]) for item in reversed(decision_of)]


async def outcome(item: int, decide: Callable[[], Awaitable[int]], *, commit: bool) -> Outcome:
    """Decide in a transaction of its own, which is rolled back unless `commit`."""
    try:
        async with db.atomic():
            with rehearsing(on=not commit):
                decision = await decide()
            if not commit:
                raise _RehearsedError  # noqa: TRY301 it is what rolls this one back
    except _RehearsedError:
        return Outcome(item)
    except ParleyError as refusal:
        return Outcome(item, refusal.message)
    return Outcome(item, decision=decision)


async def _undo(viewer: Viewer, item: int, decision: int) -> Outcome:
    try:
        await undoing.undo(viewer, decision)
    except ParleyError as refusal:
        return Outcome(item, refusal.message)
    return Outcome(item)
