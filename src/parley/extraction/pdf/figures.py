"""Figures and tables as pictures of their part of the page, and without the words in them."""

import base64
import io
import re
import time
from collections.abc import Mapping, Sequence
from itertools import groupby

import pypdfium2
from PIL.Image import Image

from parley.extraction.html.pictures import DRAWN
from parley.extraction.pdf.blocks import TextBlock
from parley.extraction.pdf.document import Page
from parley.extraction.pdf.places import enclosing_box, place_of
from parley.extraction.pdf.words import Box

MOST_FIGURES = 30
_CPU_SECONDS = 10.0  # for all figures of a PDF
_OF_FIGURE = re.compile(r"Fig|Abb", re.IGNORECASE)
_SCALE, _MOST_PIXELS = 2.0, 1600  # pixels a point, and on each side
MARGIN = 4.0  # points around what is drawn
_NEAR = 30.0  # points between a caption and its figure, and between the parts of a figure
_EDGE = 24.0  # points by which labels reach over the edge of a drawing
_NARROWEST, _LOWEST = 60.0, 40.0
_THIN, _LONG = 2.0, 0.5  # points, and the share of the page's width: a rule of the page, no part of a figure
_WHOLE = 0.9  # of the page: a background
_NOWHERE = Box(0, 0, 0, 0)
_FEWEST_RULES, _FEWEST_LABELS, _MOST_CLUSTERS = 2, 3, 200
_DENSE = 0.7  # of a line's width that letters take


def add_figures(document: pypdfium2.PdfDocument, pages: Sequence[Page], blocks: Sequence[TextBlock]) -> list[TextBlock]:
    """Give captions the pictures of their figures. Return the blocks without the labels that are drawn in those."""
    by_number = {page.number: page for page in pages}
    began, labels = time.process_time(), set[int]()
    captions = [block for block in blocks if block.kind == "caption"]
    for caption in captions[:MOST_FIGURES]:
        page = by_number[caption.page]
        others = [
            block for block in blocks if block is not caption and block.page == page.number and block.kind != "caption"
        ]
        is_figure = _OF_FIGURE.match(caption.text)
        area = (_drawn_beside if is_figure else _table_beside)(caption, page, others)
        if area is None or time.process_time() - began > _CPU_SECONDS:
            continue
        caption.picture, caption.area = picture_of(document, page, area), area
        if caption.picture:
            held = [other for other in others if holds(area, place_of(other))]
            labels |= set(map(id, held))
            caption.words = "" if is_figure else " ".join(other.text for other in held)
    return _with_plain_figures(document, by_number, [block for block in blocks if id(block) not in labels])


def _drawn_beside(caption: TextBlock, page: Page, others: Sequence[TextBlock]) -> Box | None:
    """The place of what is drawn above a caption, or else below it, up to the next text."""
    place, line = place_of(caption), caption.lines[0]
    left, right = line.left_margin, line.right_margin
    texts, labels = _texts_and_labels(others, right - left)
    parts = [
        drawing for drawing in page.drawings if is_part(drawing, page) and drawing.left < right and drawing.right > left
    ]
    for near, edge in (
        ([part for part in parts if part.bottom <= place.top + MARGIN], place.top),
        ([part for part in parts if part.top >= place.bottom - MARGIN], place.bottom),
    ):
        area = _grow(near, edge, texts)
        if area is not None and area.width >= _NARROWEST and area.height >= _LOWEST:
            return _with_labels(area, labels, place)
    return None


def _table_beside(caption: TextBlock, page: Page, others: Sequence[TextBlock]) -> Box | None:
    """The place of a table with rules below a caption, or else above it, up to the next text."""
    place, line = place_of(caption), caption.lines[0]
    texts, cells = _texts_and_labels(others, line.right_margin - line.left_margin)
    rules = [drawing for drawing in page.drawings if drawing.height < _THIN and drawing.width > _NARROWEST]
    parts = [part for part in (*cells, *rules) if part.left < line.right_margin and part.right > line.left_margin]
    for near, edge in (
        ([part for part in parts if part.top >= place.bottom - MARGIN], place.bottom),
        ([part for part in parts if part.bottom <= place.top + MARGIN], place.top),
    ):
        area = _grow(near, edge, texts)
        if area is not None and sum(enclosing_box(area, rule) == area for rule in rules) >= _FEWEST_RULES:
            return area if area.height >= _LOWEST else None
    return None


def _texts_and_labels(blocks: Sequence[TextBlock], column: float) -> tuple[list[Box], list[Box]]:
    """The places of running text, and those of other words, which may belong to a drawing or a table."""
    texts, labels = list[Box](), list[Box]()
    for block in blocks:
        (texts if is_text(block, column) else labels).append(place_of(block))
    return texts, labels


def is_text(block: TextBlock, column: float) -> bool:
    """Whether a block is a text of a column that is so wide, not words of a drawing or a table."""
    return block.kind in ("heading", "code") or _is_running(block, column)


def _with_plain_figures(
    document: pypdfium2.PdfDocument, pages: Mapping[int, Page], blocks: Sequence[TextBlock]
) -> list[TextBlock]:
    """Blocks with the pictures of figures that have no caption, in place of the labels in these."""
    began, labels = time.process_time(), set[int]()
    for number, some in groupby(blocks, key=lambda block: block.page):
        on_page, page = list(some), pages[number]
        texts, words = _texts_and_labels(on_page, page.width / 2)
        for drawn in _clusters([drawing for drawing in page.drawings if is_part(drawing, page)]):
            area = _with_labels(drawn, words, _NOWHERE)
            # The words along an axis are turned, so they are none of the page's words.
            wide = Box(max(area.left - _EDGE, 0), area.top, area.right, area.bottom)
            area = area if any(is_level(text, wide) for text in texts) else wide
            held = [block for block in on_page if block.kind != "caption" and holds(area, place_of(block))]
            is_figure = len(held) >= _FEWEST_LABELS and not any(is_level(text, area) for text in texts)
            if not is_figure or time.process_time() - began > _CPU_SECONDS:
                continue
            held[0].kind, held[0].area = "picture", area
            held[0].picture, held[0].words = picture_of(document, page, area), " ".join(one.text for one in held)
            labels |= {id(block) for block in held[1:]}
    return [block for block in blocks if id(block) not in labels]


def _clusters(drawings: Sequence[Box]) -> list[Box]:
    """The places of drawings that are near each other, as far as these are large."""
    found: list[Box] = []
    for drawing in drawings:
        whole, apart = drawing, list[Box]()
        for other in found:
            if _is_near(whole, other):
                whole = enclosing_box(whole, other)
            else:
                apart.append(other)
        found = [*apart, whole]
        if len(found) > _MOST_CLUSTERS:
            return []
    return [area for area in found if area.width >= 2 * _NARROWEST and area.height >= 2 * _LOWEST]


def _is_near(one: Box, other: Box) -> bool:
    beside = one.left <= other.right + _NEAR and other.left <= one.right + _NEAR
    return beside and one.top <= other.bottom + _NEAR and other.top <= one.bottom + _NEAR


def _grow(parts: Sequence[Box], edge: float, texts: Sequence[Box]) -> Box | None:
    """The drawings next to `edge`, and those next to them, unless a text is between."""
    area: Box | None = None
    near_first = sorted(parts, key=lambda part: min(abs(part.bottom - edge), abs(part.top - edge)))
    # Twice, since what joins two parts may be further away than both.
    for part in (*near_first, *near_first):
        if area is not None and enclosing_box(area, part) == area:
            continue
        if area is None:
            is_near = min(abs(part.bottom - edge), abs(part.top - edge)) <= _NEAR
        else:
            is_near = part.top <= area.bottom + _NEAR and part.bottom >= area.top - _NEAR
        whole = part if area is None else enclosing_box(area, part)
        if is_near and not any(is_level(text, whole) for text in texts):
            area = whole
    return area


def _with_labels(area: Box, labels: Sequence[Box], caption: Box) -> Box:
    """The area with the words that are drawn at its edges, such as those of an axis."""
    for label in labels:
        whole = enclosing_box(area, label)
        is_near = max(whole.width - area.width, whole.height - area.height) <= _EDGE
        if is_near and not is_level(caption, whole):
            area = whole
    return area


def is_part(drawn: Box, page: Page) -> bool:
    """Whether a drawing may be a part of a figure: neither a rule of the page nor its background."""
    is_rule = drawn.height < _THIN and drawn.width > _LONG * page.width
    is_background = drawn.width > _WHOLE * page.width and drawn.height > _WHOLE * page.height
    return not is_rule and not is_background


def _is_running(block: TextBlock, column: float) -> bool:
    """Whether a block is a text. The words of a drawing are few, or have wide gaps between them."""
    words = [word for line in block.lines for word in line.words]
    drawn, whole = sum(word.right - word.left for word in words), sum(line.right - line.left for line in block.lines)
    return place_of(block).width > _LONG * column and drawn > _DENSE * whole


def is_level(text: Box, area: Box) -> bool:
    """Whether the middle of a text is beside or within an area of its column."""
    level = area.top < (text.top + text.bottom) / 2 < area.bottom
    return level and text.left < area.right and text.right > area.left


def holds(area: Box, text: Box) -> bool:
    """Whether a text is within an area."""
    level = area.top < (text.top + text.bottom) / 2 < area.bottom
    return level and area.left - MARGIN < text.left and text.right < area.right + MARGIN


def picture_of(document: pypdfium2.PdfDocument, page: Page, area: Box) -> str:
    """The area of a page as a `data:` address; empty on a page that is turned."""
    if not page.is_upright:
        return ""
    drawn = document[page.number - 1]
    before, after = max(area.left - MARGIN, 0), max(page.width - area.right - MARGIN, 0)
    left, right = (after, before) if page.frame.is_mirrored else (before, after)
    cut = left, max(page.height - area.bottom - MARGIN, 0), right, max(area.top - MARGIN, 0)
    scale = min(_SCALE, _MOST_PIXELS / max(area.width, area.height))
    picture = as_address(drawn.render(scale=scale, crop=cut).to_pil())
    drawn.close()
    return picture


def as_address(picture: Image) -> str:
    """Return a picture as a `data:` address."""
    file = io.BytesIO()
    picture.convert("RGB").save(file, "PNG")
    return f"{DRAWN}{base64.b64encode(file.getvalue()).decode()}"
