"""The same decision on many items: each as it would be alone, so that one that is refused holds no others up."""

import msgspec

from parley.core import db
from parley.core.access import Viewer
from parley.core.errors import ParleyError
from parley.moderation import decisions
from parley.moderation.rules import Choice


class Outcome(msgspec.Struct, frozen=True):
    """What became of one item, or would: a decision, or why there is none."""

    item: int
    refusal: str | None = None


class _RehearsedError(Exception):
    """Takes back what was only tried."""


async def rehearse(viewer: Viewer, choices: list[Choice]) -> list[Outcome]:
    """What deciding would do, by doing it and taking it back at once."""
    return [Outcome(one.item, await _refusal(viewer, one, for_good=False)) for one in choices]


async def decide(viewer: Viewer, choices: list[Choice]) -> list[Outcome]:
    """Decide on each item, one after the other; what was refused is among the outcomes with its reason."""
    return [Outcome(one.item, await _refusal(viewer, one, for_good=True)) for one in choices]


async def _refusal(viewer: Viewer, choice: Choice, *, for_good: bool) -> str | None:
    try:
        async with db.atomic():
            await decisions.decide(viewer, choice)
            if not for_good:
                raise _RehearsedError  # noqa: TRY301 it is what rolls this one back
    except _RehearsedError:
        return None
    except ParleyError as refusal:
        return str(refusal)
    return None
