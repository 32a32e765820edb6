"""The words of a page with their places. Lengths are in points; the origin is the page's upper left corner."""

from collections import Counter
from collections.abc import Sequence

import msgspec


class Font(msgspec.Struct, frozen=True):
    """How letters are drawn."""

    name: str
    is_bold: bool
    is_italic: bool
    is_mono: bool


class Style(msgspec.Struct, frozen=True):
    """What the letters of one text object have in common. `rotation` is their direction, in quarters of a circle."""

    font: Font
    size: float
    rotation: int
    baseline: float


# A sign, its place along the line (from, to), and its style.
Letter = tuple[str, float, float, Style]


class Box(msgspec.Struct, frozen=True):
    """A rectangle on a page; `top` is above `bottom`, so it is the smaller number."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def holds(self, word: "Word") -> bool:
        """Whether the middle of a word is inside."""
        return (
            self.left <= (word.left + word.right) / 2 <= self.right
            and self.top <= word.baseline - word.size / 4 <= self.bottom
        )


class Word(msgspec.Struct):
    """Letters without a space between them, of one font and size. `glued` means no space before it either.

    `note` is the label of the footnote to which it refers.
    `is_mirrored`: on a page from right to left (`right_to_left.py`).
    """

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: Font
    glued: bool = False
    link: str | None = None
    note: str = ""
    is_mirrored: bool = False


class Line(msgspec.Struct):
    """Words on one baseline in one column, from `left_margin` to `right_margin`; perhaps of a displayed formula."""

    words: list[Word]
    page: int
    left_margin: float = 0.0
    right_margin: float = 0.0
    is_formula: bool = False

    @property
    def left(self) -> float:
        return min(word.left for word in self.words)

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def baseline(self) -> float:
        size = self.size
        return next(word.baseline for word in self.words if word.size >= size - 0.1)

    @property
    def size(self) -> float:
        """The size of most letters."""
        return usual_size(self.words)

    @property
    def text(self) -> str:
        return "".join(word.text if word.glued else f" {word.text}" for word in self.words).strip()

    @property
    def is_centred(self) -> bool:
        """Whether there is as much room before the line as after it."""
        before, after = self.left - self.left_margin, self.right_margin - self.right
        return min(before, after) > 2 * self.size and abs(before - after) < self.size

    def share(self, quality: str) -> float:
        """The share of letters whose font has a quality, such as `is_bold`."""
        letters = sum(len(word.text) for word in self.words)
        return sum(len(word.text) for word in self.words if getattr(word.font, quality)) / max(letters, 1)


def usual_size(words: Sequence[Word]) -> float:
    """The size in which most letters are set, rounded to a tenth of a point."""
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size, 1)] += len(word.text)
    return max(sizes, key=lambda size: (sizes[size], size)) if sizes else 0.0
