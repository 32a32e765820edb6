"""Cutting an article's sanitised markup into blocks."""

from collections.abc import Iterator
from typing import Literal

import msgspec
from lxml.html import HtmlElement, html_parser

from parley.extraction.html.pictures import as_figures, take_pictures
from parley.extraction.html.sanitiser import INLINE

Kind = Literal["paragraph", "heading", "item", "quote", "code", "table", "figure", "footnote"]
Block = tuple[Kind, int | None, HtmlElement]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = {"ul", "ol"}
_MOST_QUOTES = 3


class _Nesting(msgspec.Struct, frozen=True):
    """How many quotes a block is in, and how deep in lists."""

    quotes: int = 0
    depth: int = 0


def cut_blocks(box: HtmlElement) -> Iterator[Block]:
    """Yield the blocks in `box` in reading order, as (kind, level, element)."""
    return _walk(box, _Nesting())


def _walk(box: HtmlElement, nesting: _Nesting) -> Iterator[Block]:
    run: list[str | HtmlElement] = []
    for node in _content(box):
        if isinstance(node, str) or _is_inline(node):
            run.append(node)
            continue
        yield from _paragraphs(run, box, nesting)
        run = []
        yield from _block(node, nesting)
    yield from _paragraphs(run, box, nesting)


def _content(box: HtmlElement) -> Iterator[str | HtmlElement]:
    if box.text:
        yield box.text
    for child in box:
        tail, child.tail = child.tail, None
        yield child
        if tail:
            yield tail


def _is_inline(node: HtmlElement) -> bool:
    return all(part.tag in INLINE or part.tag == "img" or _in_formula(part) for part in node.iter())


def _in_formula(node: HtmlElement) -> bool:
    return node.tag == "math" or next(node.iterancestors("math"), None) is not None


def _block(node: HtmlElement, nesting: _Nesting) -> Iterator[Block]:
    match node.tag:
        case tag if tag in _HEADINGS:
            yield from _with_pictures("heading", _HEADINGS[tag], node, nesting)
        case "ul" | "ol":
            yield from _list(node, msgspec.structs.replace(nesting, depth=nesting.depth + 1))
        case "blockquote":
            yield from _walk(node, msgspec.structs.replace(nesting, quotes=nesting.quotes + 1))
        case "pre":
            yield from _with_pictures("code", None, node, nesting)
        case "table" if _has_data(node):
            yield from _with_pictures("table", None, node, nesting)
        case "figure" if figures := as_figures(node):
            yield from (("figure", None, figure) for figure in figures)
        case "aside" if node.get("role") == "doc-footnote":
            yield "footnote", None, node
        case "dl":
            yield from _definitions(node, nesting)
        case _:
            yield from _walk(node, nesting)


def _paragraphs(run: list[str | HtmlElement], box: HtmlElement, nesting: _Nesting) -> Iterator[Block]:
    """Yield running text as paragraphs. Two line breaks end one, for pages without p elements."""
    paragraph, broken = _empty("p", box), False
    for node in run:
        is_break = not isinstance(node, str) and node.tag == "br"
        if is_break and broken:
            yield from _with_pictures("paragraph", None, paragraph, nesting)
            paragraph = _empty("p", box)
        elif not (is_break and _is_bare(paragraph)):
            _append(paragraph, node)
        broken = is_break or (broken and isinstance(node, str) and not node.strip())
    yield from _with_pictures("paragraph", None, paragraph, nesting)


def _list(items: HtmlElement, nesting: _Nesting) -> Iterator[Block]:
    number = int(start) if (start := items.get("start", "1")).lstrip("-").isdecimal() else 1
    for item in items:
        if item.tag == "li":
            yield from _item(item, items, number, nesting)
            number += 1
        else:
            yield from _block(item, nesting)


def _item(item: HtmlElement, items: HtmlElement, number: int, nesting: _Nesting) -> Iterator[Block]:
    """Yield a list item without the lists in it, and then those, so that each item is a passage of its own."""
    nested = [child for child in item if child.tag in _LISTS]
    for child in nested:
        gap = _empty("br")
        gap.tail, child.tail = child.tail, None
        item.replace(child, gap)
    wrapper = _empty(str(items.tag), items)
    if items.tag == "ol":
        wrapper.set("start", str(number))
    wrapper.append(item)
    yield from _with_pictures("item", nesting.depth, wrapper, nesting)
    for child in nested:
        yield from _block(child, nesting)


def _definitions(terms: HtmlElement, nesting: _Nesting) -> Iterator[Block]:
    """Yield each term with its definitions."""
    group, explained = _empty("dl", terms), False
    for node in [*terms.iter("dt", "dd")]:
        if node.tag == "dt" and explained:
            yield from _with_pictures("item", nesting.depth + 1, group, nesting)
            group, explained = _empty("dl", terms), False
        explained = explained or node.tag == "dd"
        group.append(node)
    yield from _with_pictures("item", nesting.depth + 1, group, nesting)


def _with_pictures(kind: Kind, level: int | None, element: HtmlElement, nesting: _Nesting) -> Iterator[Block]:
    before, after = take_pictures(element)
    yield from (("figure", None, figure) for figure in before)
    if nesting.quotes and kind != "figure":
        yield "quote", None, _quote(element, nesting)
    else:
        yield kind, level, element
    yield from (("figure", None, figure) for figure in after)


def _quote(element: HtmlElement, nesting: _Nesting) -> HtmlElement:
    for _ in range(min(nesting.quotes, _MOST_QUOTES)):
        outer = _empty("blockquote")
        outer.append(element)
        element = outer
    return element


def _has_data(table: HtmlElement) -> bool:
    """Whether a table has data, or is only layout (a single row or column, texts in its cells)."""
    if table.find(".//table") is not None:
        return False
    if table.find(".//th") is not None or table.find("caption") is not None:
        return True
    rows = table.findall(".//tr")
    if len(rows) == 1 or all(len(row) == 1 for row in rows):
        return False
    return not any(_has_text_blocks(cell) for cell in table.iter("td"))


def _has_text_blocks(cell: HtmlElement) -> bool:
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
