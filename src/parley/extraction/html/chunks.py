"""Putting together an article whose page splits its text into several boxes, with advertisements between them."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement

_BOXES = ("div", "section")
_LONG = 80  # letters of a paragraph
_MOST_CHUNKS, _MOST_LEVELS, _MOST_PLACES = 40, 6, 50
# A list of articles or posts has more text between its boxes: titles, names, dates.
_MOST_BETWEEN = 0.01
_Place = tuple[HtmlElement, tuple[str, ...]]


def join_chunks(tree: HtmlElement) -> None:
    """Move the paragraphs of the later boxes into the first, where boxes of one design have hardly any text between."""
    places: dict[_Place, list[HtmlElement]] = defaultdict(list)
    for box in tree.iter(*_BOXES):
        if any(len(paragraph.text_content()) >= _LONG for paragraph in box.iterchildren("p")):
            for place in _places(box):
                places[place].append(box)
    joined: set[HtmlElement] = set()
    several = [(place, boxes) for place, boxes in places.items() if 1 < len(boxes) <= _MOST_CHUNKS]
    for (around, _), boxes in sorted(several, key=lambda place: len(place[0][1]))[:_MOST_PLACES]:
        if joined.isdisjoint(boxes) and _is_one_text(around, boxes):
            boxes[0].extend([part for box in boxes[1:] for part in box])
            joined.update(boxes)


def _places(box: HtmlElement) -> Iterator[_Place]:
    """Each of the elements around a box, without its parent, and the designs of what is between them."""
    designs = [_design(box)]
    for inner, around in zip(
        islice(box.iterancestors(), _MOST_LEVELS), islice(box.iterancestors(), 1, None), strict=False
    ):
        if inner.tag not in _BOXES:
            return
        designs.append(_design(inner))
        yield around, tuple(designs)


def _design(box: HtmlElement) -> str:
    return f"{box.tag!r} {box.get('class')}"


def _is_one_text(around: HtmlElement, boxes: list[HtmlElement]) -> bool:
    text = sum(len(box.text_content()) for box in boxes)
    children = list(around)
    first, last = (
        next(at for at, child in enumerate(children) if box in child.iter()) for box in (boxes[0], boxes[-1])
    )
    whole = sum(len(child.text_content()) for child in children[first : last + 1])
    return whole - text <= _MOST_BETWEEN * text
