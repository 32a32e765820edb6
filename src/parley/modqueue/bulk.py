"""The same decision on many items: each as it would be alone, so that one that is refused holds no others up."""

from collections.abc import Mapping

import msgspec

from parley.core import db
from parley.core.errors import ParleyError
from parley.core.http.access import Viewer
from parley.decisions import ops as decisions
from parley.decisions import undoing
from parley.decisions.rules import Choice


class Outcome(msgspec.Struct, frozen=True):
    """What became of one item: a decision, by its number where it was made for good, or why there is none."""

    item: int
    refusal: str | None = None
    decision: int | None = None


class _RehearsedError(Exception):
    """Takes back what was only tried."""


async def rehearse(viewer: Viewer, choices: list[Choice]) -> list[Outcome]:
    """What deciding would do, by doing it and taking it back at once."""
    return [await _outcome(viewer, one, for_good=False) for one in choices]


async def decide(viewer: Viewer, choices: list[Choice]) -> list[Outcome]:
    """Decide on each item, one after the other; what was refused is among the outcomes with its reason."""
    return [await _outcome(viewer, one, for_good=True) for one in choices]


async def undo(viewer: Viewer, made: Mapping[int, int]) -> list[Outcome]:
    """Take back one's decisions, each by the number of its item, the last first; what cannot be any more says why."""
    return [await _undone(viewer, item, made[item]) for item in reversed(made)]


async def _outcome(viewer: Viewer, choice: Choice, *, for_good: bool) -> Outcome:
    try:
        async with db.atomic():
            made = await decisions.decide(viewer, choice)
            if not for_good:
                raise _RehearsedError  # noqa: TRY301 it is what rolls this one back
    except _RehearsedError:
        return Outcome(choice.item)
    except ParleyError as refusal:
        return Outcome(choice.item, str(refusal))
    return Outcome(choice.item, decision=made)


async def _undone(viewer: Viewer, item: int, decision: int) -> Outcome:
    try:
        await undoing.undo(viewer, decision)
    except ParleyError as refusal:
        return Outcome(item, str(refusal))
    return Outcome(item)
