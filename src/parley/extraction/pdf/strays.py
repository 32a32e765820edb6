"""Short lines that make no text, such as pseudocode and the labels of a chart: shown as they are printed."""

import time
from collections.abc import Iterator, Mapping, Sequence

import pypdfium2

from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.document import Page
from parley.extraction.pdf.figures import MARGIN, MOST_FIGURES, holds, is_level, is_part, is_text, picture_of
from parley.extraction.pdf.places import enclosing_box, place_of
from parley.extraction.pdf.words import Box

_CPU_SECONDS = 5.0  # for all pictures of a PDF
_FEWEST, _FEWEST_SHORT, _SHORT = 3, 2, 2  # blocks, those of so many words at most
_MOST_LINES, _NARROW = 2, 0.7  # of the column
_APART = 40.0  # points between two of them
_MOST_OF_PAGE = 0.6


def add_strays(
    document: pypdfium2.PdfDocument, pages: Mapping[int, Page], blocks: Sequence[TextBlock]
) -> list[TextBlock]:
    """Make one picture of short lines that follow each other, unless a text is beside them."""
    began, pictures, gone = time.process_time(), 0, set[int]()
    for run in _runs(blocks):
        page = pages[run[0].page]
        others = [block for block in blocks if block.page == page.number and block not in run]
        area = None if id(run[0]) in gone else _area(run, page, others)
        if area is None or pictures == MOST_FIGURES or time.process_time() - began > _CPU_SECONDS:
            continue
        first, *held = run + [block for block in others if _is_label(block) and holds(area, place_of(block))]
        first.words, pictures = " ".join(block.text for block in (first, *held)), pictures + 1
        first.kind, first.area, first.picture = "picture", area, picture_of(document, page, area)
        gone |= set(map(id, held))
    return [block for block in blocks if id(block) not in gone]


def _runs(blocks: Sequence[TextBlock]) -> Iterator[list[TextBlock]]:
    run: list[TextBlock] = []
    for block in [*blocks, None]:
        if run and (block is None or not _is_stray(block) or not _is_near(run[-1], block)):
            if len(run) >= _FEWEST and sum(len(one.text.split()) <= _SHORT for one in run) >= _FEWEST_SHORT:
                yield run
            run = []
        if block is not None and _is_stray(block):
            run.append(block)


def _is_stray(block: TextBlock) -> bool:
    is_narrow = all(line.right - line.left < _NARROW * _column(block) for line in block.lines)
    return block.kind == "paragraph" and len(block.lines) <= _MOST_LINES and (is_narrow or _is_short(block))


def _is_short(block: TextBlock) -> bool:
    return len(block.text.split()) <= _SHORT


def _is_label(block: TextBlock) -> bool:
    return block.kind == "paragraph" and not is_text(block, _column(block))


def _column(block: TextBlock) -> float:
    return block.lines[0].right_margin - block.lines[0].left_margin


def _is_near(one: TextBlock, other: TextBlock) -> bool:
    above, below = place_of(one), place_of(other)
    return one.page == other.page and below.top - above.bottom < _APART and above.top - below.bottom < _APART


def _area(run: Sequence[TextBlock], page: Page, others: Sequence[TextBlock]) -> Box | None:
    """The place of the lines, with what is drawn around them; None if another text is level with it."""
    area = place_of(run[0])
    for block in run[1:]:
        area = enclosing_box(area, place_of(block))
    texts = [place_of(block) for block in others if not _is_label(block)]
    parts = [drawing for drawing in page.drawings if is_part(drawing, page)]
    for drawing in (*parts, *parts):  # twice, since one may be around another
        whole = enclosing_box(area, drawing)
        if _is_around(drawing, area) and not any(is_level(text, whole) for text in texts):
            area = whole
    is_alone = page.is_upright and not any(is_level(text, area) for text in texts)
    return area if is_alone and area.height < _MOST_OF_PAGE * page.height else None


def _is_around(drawing: Box, area: Box) -> bool:
    beside = drawing.left < area.right + MARGIN and drawing.right > area.left - MARGIN
    return beside and drawing.top < area.bottom + MARGIN and drawing.bottom > area.top - MARGIN
