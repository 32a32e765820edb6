"""The picture of a map as shapes for an SVG, drawn on the server, and where the viewer stands on it."""

import msgspec

from parley.discussion.opinion_map.picture import MapPicture, Square
from parley.discussion.opinion_model.placing import SHOWN_PROBABILITY, Placement

# The range holds eight in ten of the positions that the answers allow.
RANGE = 1.2816
WIDTH, LINE_HEIGHT, TOP, GAP = 500.0, 104.0, 4.0, 2.0
GROUND = 88.5
SIDE = 300.0


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


def on_picture(picture: MapPicture, placement: Placement, answers: int) -> ViewerPlacement:
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


class Shape(msgspec.Struct, frozen=True):
    """A rectangle; `kind` is the letter of a group in small, or `between`."""

    kind: str
    x: float
    y: float
    width: float
    height: float


class Mark(msgspec.Struct, frozen=True):
    """The viewer's mark and range; `top` and `bottom` are those of the range on the second axis."""

    start: float
    middle: float
    end: float
    y: float
    top: float | None = None
    bottom: float | None = None


class Drawing(msgspec.Struct, frozen=True):
    width: float
    height: float
    shapes: tuple[Shape, ...]
    mark: Mark | None


def draw(picture: MapPicture, you: ViewerPlacement | None) -> Drawing:
    """Return the shapes of a picture: bars along a line, or squares on a plane that are larger the more stand there."""
    if picture.rows == 1:
        return Drawing(WIDTH, LINE_HEIGHT, tuple(_bars(picture)), _on_line(you))
    return Drawing(SIDE, SIDE, tuple(_squares(picture)), _on_plane(you))


def _bars(picture: MapPicture) -> list[Shape]:
    most = max((square.members for square in picture.squares), default=1)
    step, room = WIDTH / picture.columns, GROUND - TOP - 0.5
    return [
        _shape(square, square.column * step + GAP / 2, GROUND - 0.5 - room * square.members / most, step - GAP, None)
        for square in picture.squares
    ]


def _squares(picture: MapPicture) -> list[Shape]:
    most = max((square.members for square in picture.squares), default=1)
    step = SIDE / picture.columns
    shapes = []
    for square in picture.squares:
        side = (step - GAP) * (square.members / most) ** 0.5
        margin = (step - side) / 2
        shapes.append(_shape(square, square.column * step + margin, square.row * step + margin, side, side))
    return shapes


def _shape(square: Square, x: float, y: float, width: float, height: float | None) -> Shape:
    kind = (square.group or "between").lower()
    height = GROUND - 0.5 - y if height is None else height
    return Shape(kind, round(x, 1), round(y, 1), round(width, 1), round(height, 1))


def _on_line(you: ViewerPlacement | None) -> Mark | None:
    if you is None:
        return None
    along = you.ranges[0]
    return Mark(round(along.start * WIDTH, 1), round(along.middle * WIDTH, 1), round(along.end * WIDTH, 1), y=96)


def _on_plane(you: ViewerPlacement | None) -> Mark | None:
    if you is None or len(you.ranges) < 2:  # noqa: PLR2004
        return None
    across, down = you.ranges[:2]
    return Mark(
        start=round(across.start * SIDE, 1),
        middle=round(across.middle * SIDE, 1),
        end=round(across.end * SIDE, 1),
        y=round(down.middle * SIDE, 1),
        top=round(down.start * SIDE, 1),
        bottom=round(down.end * SIDE, 1),
    )
