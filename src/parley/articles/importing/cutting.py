"""Where an article's markup is cut: a walk over sanitised elements, block by block."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from lxml.html import HtmlElement, html_parser

from parley.articles.importing.pictures import as_figures, take_pictures
from parley.articles.importing.safe import INLINE

Kind = Literal["paragraph", "heading", "item", "quote", "code", "table", "figure"]
Piece = tuple[Kind, int | None, HtmlElement]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul", "ol"}
_MOST_QUOTES = 3


class _Nesting(msgspec.Struct, frozen=True):
    """Where a block stands: how many quotes are around it, and how deep in lists it is."""

    quotes: int = 0
    depth: int = 0


def pieces(box: HtmlElement) -> Iterator[Piece]:
    """Every block in `box` in reading order, as (kind, level, element); each element stands alone."""
    return _walk(box, _Nesting())


def _walk(box: HtmlElement, place: _Nesting) -> Iterator[Piece]:
    run: list[str | HtmlElement] = []
    for node in _content(box):
        if isinstance(node, str) or _is_inline(node):
            run.append(node)
            continue
        yield from _paragraphs(run, box, place)
        run = []
        yield from _block(node, place)
    yield from _paragraphs(run, box, place)


def _content(box: HtmlElement) -> Iterator[str | HtmlElement]:
    if box.text:
        yield box.text
    for child in box:
        tail, child.tail = child.tail, None
        yield child
        if tail:
            yield tail


def _is_inline(node: HtmlElement) -> bool:
    return all(part.tag in INLINE or part.tag == "img" for part in node.iter())


def _block(node: HtmlElement, place: _Nesting) -> Iterator[Piece]:
    match node.tag:
        case tag if tag in _HEADINGS:
            yield from _with_pictures("heading", _HEADINGS[tag], node, place)
        case "ul" | "ol":
            yield from _list(node, msgspec.structs.replace(place, depth=place.depth + 1))
        case "blockquote":
            yield from _walk(node, msgspec.structs.replace(place, quotes=place.quotes + 1))
        case "pre":
            yield from _with_pictures("code", None, node, place)
        case "table" if _holds_data(node):
            yield from _with_pictures("table", None, node, place)
        case "figure" if figures := as_figures(node):
            yield from (("figure", None, figure) for figure in figures)
        case "dl":
            yield from _definitions(node, place)
        case _:
            yield from _walk(node, place)


def _paragraphs(run: list[str | HtmlElement], box: HtmlElement, place: _Nesting) -> Iterator[Piece]:
    """Running text as paragraphs; two line breaks end one, as pages without p elements mean them."""
    paragraph, broken = _empty("p", box), False
    for node in run:
        is_break = not isinstance(node, str) and node.tag == "br"
        if is_break and broken:
            yield from _with_pictures("paragraph", None, paragraph, place)
            paragraph = _empty("p", box)
        elif not (is_break and _is_bare(paragraph)):
            _append(paragraph, node)
        broken = is_break or (broken and isinstance(node, str) and not node.strip())
    yield from _with_pictures("paragraph", None, paragraph, place)


def _list(items: HtmlElement, place: _Nesting) -> Iterator[Piece]:
    number = int(start) if (start := items.get("start", "1")).lstrip("-").isdecimal() else 1
    for item in items:
        if item.tag == "li":
            yield from _item(item, items, number, place)
            number += 1
        else:
            yield from _block(item, place)


def _item(item: HtmlElement, items: HtmlElement, number: int, place: _Nesting) -> Iterator[Piece]:
    """A list item without the lists in it, and then those, so that each item can be answered alone."""
    nested = [child for child in item if child.tag in _LISTS]
    for child in nested:
        gap = _empty("br")
        gap.tail, child.tail = child.tail, None
        item.replace(child, gap)
    wrapper = _empty(str(items.tag), items)
    if items.tag == "ol":
        wrapper.set("start", str(number))
    wrapper.append(item)
    yield from _with_pictures("item", place.depth, wrapper, place)
    for child in nested:
        yield from _block(child, place)


def _definitions(terms: HtmlElement, place: _Nesting) -> Iterator[Piece]:
    """Each term with its explanations."""
    group, explained = _empty("dl", terms), False
    for node in [*terms.iter("dt", "dd")]:
        if node.tag == "dt" and explained:
            yield from _with_pictures("item", place.depth + 1, group, place)
            group, explained = _empty("dl", terms), False
        explained = explained or node.tag == "dd"
        group.append(node)
    yield from _with_pictures("item", place.depth + 1, group, place)


def _with_pictures(kind: Kind, level: int | None, element: HtmlElement, place: _Nesting) -> Iterator[Piece]:
    before, after = take_pictures(element)
    yield from (("figure", None, figure) for figure in before)
    if place.quotes and kind != "figure":
        yield "quote", None, _quoted(element, place)
    else:
        yield kind, level, element
    yield from (("figure", None, figure) for figure in after)


def _quoted(element: HtmlElement, place: _Nesting) -> HtmlElement:
    for _ in range(min(place.quotes, _MOST_QUOTES)):
        outer = _empty("blockquote")
        outer.append(element)
        element = outer
    return element


def _holds_data(table: HtmlElement) -> bool:
    """Whether a table is one, or only lays out the page (a single row or column, boxes in its cells)."""
    if table.find(".//table") is not None:
        return False
    if table.find(".//th") is not None or table.find("caption") is not None:
        return True
    rows = table.findall(".//tr")
    if len(rows) == 1 or all(len(row) == 1 for row in rows):
        return False
    return not any(_is_a_text(cell) for cell in table.iter("td"))


def _is_a_text(cell: HtmlElement) -> bool:
    return len(cell.findall(".//p")) > 1 or any(part.tag in _HEADINGS for part in cell.iter())


def _empty(tag: str, like: HtmlElement | None = None) -> HtmlElement:
    element = html_parser.makeelement(tag)
    for name in ("lang", "dir"):
        if like is not None and name in like.attrib:
            element.set(name, like.get(name))
    return element


def _append(element: HtmlElement, node: str | HtmlElement) -> None:
    if not isinstance(node, str):
        element.append(node)
    elif len(element):
        element[-1].tail = (element[-1].tail or "") + node
    else:
        element.text = (element.text or "") + node


def _is_bare(element: HtmlElement) -> bool:
    return not len(element) and not (element.text or "").strip()
