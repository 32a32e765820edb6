"""The picture of a map: how many members stand where, in squares of at least five members.

Positions have mean 0 and variance 1 over the members, so the ends are the same for every thread and tell nothing about
the members who stand outermost: those beyond an end are counted in the last square.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from parley.discussion.comments.published_answers import round_members
from parley.discussion.opinion_model.analysis import MemberPosition

# The ends of an axis, in standard deviations.
END = 2.0
MOST_COLUMNS, LEAST_COLUMNS, MEMBERS_A_COLUMN = 12, 5, 12
GRID = 7


class Square(msgspec.Struct, frozen=True):
    """A part of the line, or of the plane, with the group that most of its members are near; None is between."""

    column: int
    row: int
    members: int
    group: str | None


class MapPicture(msgspec.Struct, frozen=True):
    columns: int
    rows: int
    # By axis, whether the picture is mirrored: group A is at the start.
    mirrored: tuple[bool, ...]
    squares: tuple[Square, ...]

    @property
    def axes(self) -> int:
        return len(self.mirrored)

    def place(self, axis: int, position: float) -> float:
        """Return where a position is along an axis of the picture, from 0 to 1."""
        share = min(max((position + END) / (2 * END), 0.0), 1.0)
        return 1 - share if self.mirrored[axis] else share


def draw(members: Iterable[MemberPosition], axes: int, centres: Mapping[str, tuple[float, ...]]) -> MapPicture:
    counted = list(members)
    columns = min(max(len(counted) // MEMBERS_A_COLUMN, LEAST_COLUMNS), MOST_COLUMNS) if axes == 1 else GRID
    empty = MapPicture(columns, GRID if axes == 2 else 1, _mirrored_axes(axes, centres), ())  # noqa: PLR2004
    groups: dict[tuple[int, int], Counter[str | None]] = defaultdict(Counter)
    for member in counted:
        groups[_square(empty, member.position)][member.group] += 1
    squares = [
        Square(column, row, round_members(letters.total()), letters.most_common(1)[0][0])
        for (column, row), letters in sorted(groups.items())
    ]
    return msgspec.structs.replace(empty, squares=tuple(square for square in squares if square.members))


def _mirrored_axes(axes: int, centres: Mapping[str, tuple[float, ...]]) -> tuple[bool, ...]:
    first = centres.get("A")
    if first is None:
        return (False,) * axes
    others = [centre for letter, centre in centres.items() if letter != "A"]
    means = [sum(other[axis] for other in others) / len(others) for axis in range(axes)]
    return tuple(first[axis] > means[axis] for axis in range(axes))


def _square(picture: MapPicture, position: tuple[float, ...]) -> tuple[int, int]:
    column = min(int(picture.place(0, position[0]) * picture.columns), picture.columns - 1)
    if picture.rows == 1:
        return column, 0
    return column, min(int(picture.place(1, position[1]) * picture.rows), picture.rows - 1)
