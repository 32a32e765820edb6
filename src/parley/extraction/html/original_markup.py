"""Restoring the page's own markup of an extracted article.

The extractor (trafilatura) finds the words of the article, but returns them in a markup of its own, without captions,
spans of table cells, list numbers and inline code. So its reading only selects: the blocks of the page whose words it
has stay as they are, and everything else is removed.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import lxml.html
import msgspec
from lxml.etree import _Element, iterwalk, tostring
from lxml.html import HtmlElement
from rapidfuzz.distance import LCSseq

from parley.extraction.html.sanitiser import INLINE
from parley.extraction.text.words import Coder

_TAGS = {
    "cell": "td", "code": "pre", "graphic": "img", "item": "li", "lb": "br", "list": "ul",
    "quote": "blockquote", "ref": "a", "row": "tr",
}  # fmt: skip
_RENDERED = {"#b": "strong", "#i": "em", "#t": "code", "#u": "u", "#sub": "sub", "#sup": "sup"}
_INVISIBLE = frozenset({
    "audio", "button", "canvas", "dialog", "embed", "head", "iframe", "math", "noscript", "object", "option",
    "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_WITHIN_WORDS = INLINE | {"span", "font", "big", "tt", "label", "nobr", "strike", "acronym", "img"}
_SHORT = 24  # letters; a shorter run only counts as found where it is a whole block of the reading
_MOSTLY = 0.7


class WordRun(msgspec.Struct, frozen=True):
    """Consecutive words of one block, and the nodes that they are in."""

    nodes: list[tuple[HtmlElement, str]]

    @property
    def parts(self) -> list[str]:
        return [letters_of(getattr(node, side)) for node, side in self.nodes]

    @property
    def text(self) -> str:
        return "".join(getattr(node, side) for node, side in self.nodes)

    def drop(self) -> None:
        for node, side in self.nodes:
            setattr(node, side, None)

    def elements(self) -> Iterator[HtmlElement]:
        """The elements with the first and the last of the words."""
        for node, side in (self.nodes[0], self.nodes[-1]):
            element = node if side == "text" else node.getparent()
            if element is not None:
                yield element


def letters_of(text: str) -> str:
    """The letters and digits of a text in lower case: extractors change white space and quotation marks."""
    return "".join(filter(str.isalnum, text)).casefold()


def runs(tree: HtmlElement) -> list[WordRun]:
    """All visible runs of words."""
    return [run for run in _all_runs(tree) if any(run.parts)]


def _all_runs(tree: HtmlElement) -> Iterator[WordRun]:
    nodes: list[tuple[HtmlElement, str]] = []
    hidden = 0
    for event, node in iterwalk(tree, events=("start", "end", "comment", "pi")):
        is_element = event in ("start", "end")
        if is_element and node.tag not in _WITHIN_WORDS:
            yield WordRun(nodes)
            nodes = []
        if is_element and node.tag in _INVISIBLE:
            hidden += 1 if event == "start" else -1
        side = "text" if event == "start" else "tail"
        if not hidden and getattr(node, side) and (side == "text" or node is not tree):
            nodes.append((node, side))
    yield WordRun(nodes)


def restore_markup(tree: HtmlElement, reading: HtmlElement) -> tuple[HtmlElement, float]:
    """Remove the words from `tree` that are not in `reading`, and their pictures.

    Returns the element around what is left, and the share of the reading's letters that were found (1.0: all).
    """
    page = runs(tree)
    blocks = ["".join(run.parts) for run in runs(reading)]
    matching = _matching(page, blocks)
    if not matching:
        return tree, 0.0
    letters = sum(len("".join(page[at].parts)) for at in matching)
    pictures = {picture.get("src") for picture in reading.iter("img")}
    kept = [run for at, run in enumerate(page) if at in matching or _is_caption(run, pictures)]
    dropped = [run for at, run in enumerate(page) if at not in matching and not _is_caption(run, pictures)]
    around = _enclosing_element([page[min(matching)], page[max(matching)]])
    _drop_pictures(around, pictures, _boxes(kept), _boxes(dropped))
    for run in dropped:
        run.drop()
    return around, letters / len("".join(blocks))


def _is_caption(run: WordRun, pictures: set[str | None]) -> bool:
    figure = next(next(run.elements()).iterancestors("figure"), None)
    return figure is not None and any(picture.get("src") in pictures for picture in figure.iter("img"))


def _drop_pictures(
    around: HtmlElement, pictures: set[str | None], kept: set[HtmlElement], dropped: set[HtmlElement]
) -> None:
    """Remove the pictures next to removed words, except those in the reading."""
    for picture in list(around.iter("img")):
        box = next((box for box in picture.iterancestors() if box in kept or box in dropped), around)
        if picture.get("src") not in pictures and box not in kept:
            picture.drop_tree()


def _boxes(some: Iterable[WordRun]) -> set[HtmlElement]:
    boxes: set[HtmlElement] = set()
    for run in some:
        for element in run.elements():
            boxes.update((element, *element.iterancestors()))
    return boxes


def _matching(page: Sequence[WordRun], blocks: Sequence[str]) -> set[int]:
    """The indices of the runs in the reading: first those equal to whole blocks, in order, then those in the gaps."""
    # One character for each different run, so that the comparison costs little even where many runs are the same.
    coder = Coder()
    words = coder.code("".join(run.parts) for run in page)
    kept: set[int] = set()
    begin = start = 0
    for at, block, size in LCSseq.opcodes(words, coder.code(blocks)).as_matching_blocks():
        kept.update(_in_gap(page, range(begin, at), blocks[start:block]))
        kept.update(range(at, at + size))
        begin, start = at + size, block + size
    return kept


def _in_gap(page: Sequence[WordRun], gap: range, blocks: Sequence[str]) -> Iterator[int]:
    text = "".join(blocks)
    edges = {0, *accumulate(map(len, blocks))}
    cursor = 0
    for at in gap if text else ():
        parts = page[at].parts
        words = "".join(parts)
        position = text.find(words, cursor)
        if position >= 0 and (len(words) >= _SHORT or position == cursor or edges >= {position, position + len(words)}):
            cursor = position + len(words)
        elif len(words) < _SHORT or _count_found(parts, text, cursor) < len(words) * _MOSTLY:
            continue
        yield at


def _count_found(parts: Sequence[str], text: str, cursor: int) -> int:
    """How many letters of these parts are in the text, for runs that the reading has with gaps."""
    return sum(len(part) for part in parts if len(part) > _SHORT // 2 and text.find(part, cursor) >= 0)


def _enclosing_element(ends: Sequence[WordRun]) -> HtmlElement:
    shared: list[HtmlElement] | None = None
    for element in (element for run in ends for element in run.elements()):
        above = [element, *element.iterancestors()]
        shared = above if shared is None else [element for element in shared if element in above]
    assert shared
    return shared[0]


def as_html(body: _Element) -> HtmlElement:
    """Return the same words, links, pictures, lists and tables as a div."""
    for element in body.iter():
        rend = element.get("rend", "")
        match element.tag:
            case "head":
                element.tag = rend if rend in {"h1", "h2", "h3", "h4", "h5", "h6"} else "h2"
            case "hi":
                element.tag = _RENDERED.get(rend, "em")
            case "list" if rend == "ol":
                element.tag = "ol"
            case "code" if "\n" not in "".join(element.itertext()):
                pass
            case "ref":
                element.tag = "a"
                element.set("href", element.get("target", ""))
            case tag if tag in _TAGS:
                element.tag = _TAGS[tag]
    body.tag = "div"
    return lxml.html.fragment_fromstring(tostring(body, encoding="unicode", method="html"))
