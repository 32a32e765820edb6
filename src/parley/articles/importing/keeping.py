"""Keep of a page what a reader chose from it, in the page's own markup.

A reader (trafilatura) says which words are the article, but hands them over in a markup of its own: captions,
spans of table cells, list numbers and inline code are gone. So its answer is used as a choice only: the
page's blocks whose words it chose stay as they are, everything else goes.
"""

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate

import msgspec
from lxml.etree import iterwalk
from lxml.html import HtmlElement

from parley.articles.importing.safe import INLINE

_UNSEEN = frozenset({
    "audio", "button", "canvas", "dialog", "embed", "head", "iframe", "math", "noscript", "object", "option",
    "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_BETWEEN = INLINE | {"span", "font", "big", "tt", "label", "nobr", "strike", "acronym", "img"}
_SHORT = 24  # letters; a shorter run is believed only where it stands alone in the reading
_MOSTLY = 0.7


class WordRun(msgspec.Struct, frozen=True):
    """Words of a page that stand together in one block, and the nodes that hold them."""

    nodes: list[tuple[HtmlElement, str]]

    @property
    def parts(self) -> list[str]:
        return [squeeze(getattr(node, side)) for node, side in self.nodes]

    @property
    def text(self) -> str:
        return "".join(getattr(node, side) for node, side in self.nodes)

    def drop(self) -> None:
        for node, side in self.nodes:
            setattr(node, side, None)

    def holders(self) -> Iterator[HtmlElement]:
        """The elements that hold the first and the last of the words."""
        for node, side in (self.nodes[0], self.nodes[-1]):
            holder = node if side == "text" else node.getparent()
            if holder is not None:
                yield holder


def squeeze(text: str) -> str:
    """Letters and digits only: readers differ in white space, quotes and case."""
    return "".join(filter(str.isalnum, text)).casefold()


def runs(tree: HtmlElement) -> list[WordRun]:
    """Every run of words that someone looking at the page would see."""
    return [run for run in _all_runs(tree) if any(run.parts)]


def _all_runs(tree: HtmlElement) -> Iterator[WordRun]:
    nodes: list[tuple[HtmlElement, str]] = []
    hidden = 0
    for event, node in iterwalk(tree, events=("start", "end", "comment", "pi")):
        is_element = event in ("start", "end")
        if is_element and node.tag not in _BETWEEN:
            yield WordRun(nodes)
            nodes = []
        if is_element and node.tag in _UNSEEN:
            hidden += 1 if event == "start" else -1
        side = "text" if event == "start" else "tail"
        if not hidden and getattr(node, side) and (side == "text" or node is not tree):
            nodes.append((node, side))
    yield WordRun(nodes)


def keep(tree: HtmlElement, reading: HtmlElement) -> tuple[HtmlElement, float]:
    """Drop from `tree` the words that `reading` left out, and the pictures that belonged to them.

    Answers the element around what stayed, and the share of the reading's letters that were found (1.0: all).
    """
    page = runs(tree)
    blocks = ["".join(run.parts) for run in runs(reading)]
    matching = _matching(page, blocks)
    if not matching:
        return tree, 0.0
    found = sum(len("".join(page[at].parts)) for at in matching)
    pictures = {picture.get("src") for picture in reading.iter("img")}
    kept = [run for at, run in enumerate(page) if at in matching or _is_caption(run, pictures)]
    dropped = [run for at, run in enumerate(page) if at not in matching and not _is_caption(run, pictures)]
    around = _around([page[min(matching)], page[max(matching)]])
    _drop_pictures(around, pictures, _boxes(kept), _boxes(dropped))
    for run in dropped:
        run.drop()
    return around, found / len("".join(blocks))


def _is_caption(run: WordRun, pictures: set[str | None]) -> bool:
    figure = next(next(run.holders()).iterancestors("figure"), None)
    return figure is not None and any(picture.get("src") in pictures for picture in figure.iter("img"))


def _drop_pictures(
    around: HtmlElement, pictures: set[str | None], kept: set[HtmlElement], dropped: set[HtmlElement]
) -> None:
    """A picture goes with the words nearest to it, unless the reading names it."""
    for picture in list(around.iter("img")):
        box = next((box for box in picture.iterancestors() if box in kept or box in dropped), around)
        if picture.get("src") not in pictures and box not in kept:
            picture.drop_tree()


def _boxes(some: Iterable[WordRun]) -> set[HtmlElement]:
    boxes: set[HtmlElement] = set()
    for run in some:
        for holder in run.holders():
            boxes.update((holder, *holder.iterancestors()))
    return boxes


def _matching(page: Sequence[WordRun], blocks: Sequence[str]) -> set[int]:
    """Which runs were chosen: first those equal to whole blocks, in order, then what lies in the gaps."""
    words = ["".join(run.parts) for run in page]
    kept: set[int] = set()
    begin = start = 0
    for at, block, size in SequenceMatcher(None, words, blocks, autojunk=False).get_matching_blocks():
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
        place = text.find(words, cursor)
        if place >= 0 and (len(words) >= _SHORT or place == cursor or edges >= {place, place + len(words)}):
            cursor = place + len(words)
        elif len(words) < _SHORT or _found(parts, text, cursor) < len(words) * _MOSTLY:
            continue
        yield at


def _found(parts: Sequence[str], text: str, cursor: int) -> int:
    """How many letters of these parts are in the text, when a reader left something out between them."""
    return sum(len(part) for part in parts if len(part) > _SHORT // 2 and text.find(part, cursor) >= 0)


def _around(ends: Sequence[WordRun]) -> HtmlElement:
    shared: list[HtmlElement] | None = None
    for holder in (holder for run in ends for holder in run.holders()):
        above = [holder, *holder.iterancestors()]
        shared = above if shared is None else [element for element in shared if element in above]
    assert shared
    return shared[0]
