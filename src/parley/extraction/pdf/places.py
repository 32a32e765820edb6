"""Where passages stand on the pages of a PDF."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.document import Page
from parley.extraction.pdf.words import Box, Line

_WHOLE = 1_000  # a page's width
_MOST = 8  # boxes; a passage of more columns than this has only the first ones


def enclosing_box(box: Box, other: Box) -> Box:
    return Box(
        min(box.left, other.left),
        min(box.top, other.top),
        max(box.right, other.right),
        max(box.bottom, other.bottom),
    )


def place_of(block: TextBlock) -> Box:
    """The place of a block on the page where it begins."""
    return _place([line for line in block.lines if line.page == block.page])


def _place(lines: Sequence[Line]) -> Box:
    return Box(
        min(line.left for line in lines),
        min(line.baseline - line.size for line in lines),
        max(line.right for line in lines),
        max(line.baseline + line.size / 4 for line in lines),
    )


def boxes_of(lines: Sequence[Line], pages: Mapping[int, Page], area: Box | None = None) -> str | None:
    """The places of lines, and of their picture in `area`, for `ImportedPassage.boxes`.

    Each is six numbers: its page, then in thousandths of the page's width the page's height, and left, top, right and
    bottom of the place. None if a page is turned.
    """
    numbers: list[int] = []
    for (number, *_), column in groupby(lines, key=lambda line: (line.page, line.left_margin, line.right_margin)):
        page, box = pages[number], _place(list(column))
        if not page.is_upright:
            return None
        numbers += [number, *_measures(enclosing_box(box, area) if area else box, page)]
        area = None
    return " ".join(map(str, numbers[: 6 * _MOST])) or None


def _measures(box: Box, page: Page) -> list[int]:
    left, right = (page.width - box.right, page.width - box.left) if page.frame.is_mirrored else (box.left, box.right)
    lengths = (page.height, left, box.top, right, box.bottom)
    return [max(round(length / page.width * _WHOLE), 0) for length in lengths]
