"""Places on a page as readers see it: from the upper left corner, whichever way the page is turned."""

from typing import Any

import msgspec

from parley.extraction.pdf.words import Box, Word


class Frame(msgspec.Struct, frozen=True):
    """The visible part of a page in PDF's coordinates (upwards, in points).

    `rotation` is the direction of its text, in quarters of a circle. A page from right to left is mirrored.
    """

    left: float
    bottom: float
    right: float
    top: float
    rotation: int = 0
    is_mirrored: bool = False

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as seen by somebody who reads the text."""
        width, height = self.right - self.left, self.top - self.bottom
        return (width, height) if self.rotation % 2 == 0 else (height, width)

    @property
    def _origin(self) -> tuple[float, float]:
        along, across = (
            (self.left, -self.top),
            (self.bottom, self.left),
            (-self.right, self.bottom),
            (-self.top, -self.right),
        )[self.rotation]
        return (-along - self.size[0] if self.is_mirrored else along), across

    def put(self, word: Word) -> Word:
        """Move a word, whose place was along and across the direction of writing."""
        along, across = self._origin
        word.left, word.right, word.baseline = word.left - along, word.right - along, word.baseline - across
        word.is_mirrored = self.is_mirrored
        return word

    def box(self, left: Any, bottom: Any, right: Any, top: Any) -> Box:
        """A rectangle of PDF's coordinates on the page."""
        along, across = self._origin
        match self.rotation:
            case 0:
                box = left, -top, right, -bottom
            case 1:
                box = bottom, left, top, right
            case 2:
                box = -right, bottom, -left, top
            case _:
                box = -top, -right, -bottom, -left
        if self.is_mirrored:
            box = -box[2], box[1], -box[0], box[3]
        return Box(box[0] - along, box[1] - across, box[2] - along, box[3] - across)

    def shows(self, word: Word) -> bool:
        """Whether a word is on the page."""
        width, height = self.size
        return -1 <= word.left <= width + 1 and -1 <= word.baseline <= height + word.size
