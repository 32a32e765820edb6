"""Where the viewer stands on a map. It is worked out for their own page from their own answers, and stored nowhere."""

import msgspec

from parley.discussion.opinion_map import queries
from parley.discussion.opinion_map.picture import MapPicture
from parley.discussion.opinion_model.placing import SHOWN_PROBABILITY, Placement, place
from parley.platform.http.access import Viewer

# The range holds eight in ten of the positions that the answers allow.
RANGE = 1.2816


class Range(msgspec.Struct, frozen=True):
    """A place along one axis of the picture, from 0 to 1, and the range around it."""

    start: float
    middle: float
    end: float


class ViewerPlacement(msgspec.Struct, frozen=True):
    """The viewer on the picture. `near` is the group they are told to be near; None is between."""

    answers: int
    ranges: tuple[Range, ...]
    near: str | None


async def you(viewer: Viewer, thread: int, picture: MapPicture) -> ViewerPlacement | None:
    """Return where the viewer stands on a thread's picture, None while nothing is known of them."""
    answers = await queries.own_answers(viewer.id, thread)
    parameters = await queries.parameters(thread)
    if parameters is None:
        return None
    known = {str(comment): value for comment, value in answers.items() if str(comment) in parameters.statements}
    return on(picture, place(parameters, known), len(known)) if known else None


def on(picture: MapPicture, placement: Placement, answers: int) -> ViewerPlacement:
    """Return a place as the picture shows it."""
    ranges = [
        _range(picture, axis, position, sd)
        for axis, (position, sd) in enumerate(zip(placement.position, placement.sd, strict=True))
    ]
    near = max(placement.groups, key=placement.groups.__getitem__, default=None)
    return ViewerPlacement(
        answers, tuple(ranges), near if near and placement.groups[near] >= SHOWN_PROBABILITY else None
    )


def _range(picture: MapPicture, axis: int, position: float, sd: float) -> Range:
    ends = sorted(picture.place(axis, position + sign * RANGE * sd) for sign in (-1, 1))
    return Range(ends[0], picture.place(axis, position), ends[1])
