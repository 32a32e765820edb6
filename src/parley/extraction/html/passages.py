"""Cutting an article's markup into passages, which members comment on."""

import re
import unicodedata
from collections.abc import Iterable
from html import escape
from itertools import accumulate, islice

import lxml.html
import msgspec
from lxml.etree import iterwalk
from lxml.html import HtmlElement, HTMLParser

from parley.extraction.errors import CannotImport
from parley.extraction.html.cutting import Kind, cut_blocks
from parley.extraction.html.sanitiser import sanitise
from parley.platform.text.messages import N_

_DEEPEST = 150
_BOXES = re.compile(r"<(/?)(?:div|section|article|main|aside|header|footer|blockquote|center)\b[^<>]*>", re.IGNORECASE)
# Long books have about 5,000. Each takes up to 0.2 ms here, and a little on every page that shows it.
MOST_PASSAGES = 10_000
# What is left after pictures are taken out: empty links, and line breaks at the end of a block. The pattern matches
# only from the first break of a row, since matching from each would take quadratic time.
_LEFTOVERS = re.compile(r"<a\b(?![^>]*role=\"doc-)[^>]*>\s*</a>|(?<!\s)(?<!<br>)\s*(?:<br>\s*)+(</(?:p|li|h\d)>)")
_INVISIBLE, _BETWEEN_LINKS = ("Cc", "Cf", "Zs", "Zl", "Zp"), "\u00b7\u2022|/"
# What a page has above the title of its article: at most so many passages, each of so many words.
_MOST_ABOVE, _MOST_WORDS_ABOVE = 12, 8
_ENDS = tuple(".!?\u2026\u3002\uff01\uff1f")
_BLOCKS = (
    "blockquote", "br", "caption", "dd", "div", "dt", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p",
    "pre", "td", "th", "tr",
)  # fmt: skip


class ImportedPassage(msgspec.Struct, frozen=True):
    """One block of an article.

    `level` is a heading's rank or a list item's depth (both from 1). `html` is one complete safe element,
    `text` its words with white space collapsed (for a figure the caption, else the alternative text). If it is
    from a PDF, `page` is the number of the page on which it begins, from 1, and `boxes` its places (pdf/places.py).
    """

    kind: Kind
    level: int | None
    html: str
    text: str
    page: int | None = None
    boxes: str | None = None


def cut_passages(html: str, *, base_url: str | None, title: str | None = None) -> list[ImportedPassage]:
    """Return the article's passages in reading order.

    List items (of nested lists too) and the paragraphs of a quote are passages of their own. A heading at the start
    that only repeats `title` is dropped, with what a page has above it. Relative addresses are resolved against
    `base_url`. Raises CannotImport when there are too many passages.
    """
    root = _parse(sanitise(_shallow(html), base_url=base_url, boxes=True))
    blocks = (_passage(*block) for block in cut_blocks(root))
    passages = list(islice((passage for passage in blocks if _is_visible(passage)), MOST_PASSAGES + 1))
    if len(passages) > MOST_PASSAGES:
        raise CannotImport(
            N_("This has more than {most_passages} paragraphs. Please make it several articles."),
            most_passages=MOST_PASSAGES,
        )
    return _below_title(passages, title) if title else passages


def _is_visible(passage: ImportedPassage) -> bool:
    """Whether a passage is a picture or has more than what pages put between links."""
    return passage.kind == "figure" or any(
        unicodedata.category(sign) not in _INVISIBLE and sign not in _BETWEEN_LINKS for sign in passage.text
    )


def _below_title(passages: list[ImportedPassage], title: str) -> list[ImportedPassage]:
    """The passages without the heading that repeats the title, and without the names and labels above that."""
    for at, passage in enumerate(passages[:_MOST_ABOVE]):
        if passage.kind == "heading" and same_words(passage.text, title):
            return [*(passage for passage in passages[:at] if "<figcaption" in passage.html), *passages[at + 1 :]]
        if not _may_be_above(passage):
            break
    return passages


def _may_be_above(passage: ImportedPassage) -> bool:
    """Whether a passage may stand above an article and not belong to it: a logo, the name of a site or section."""
    is_short = len(passage.text.split()) <= _MOST_WORDS_ABOVE and passage.text[-1:] not in _ENDS
    return passage.kind == "figure" or (passage.kind in ("paragraph", "heading", "item") and is_short)


def without_lost_pictures(passages: Iterable[ImportedPassage]) -> list[ImportedPassage]:
    """Leave out the figures without a picture, with their captions. Of a formula in a PDF, its words stay."""
    kept = (
        ImportedPassage("paragraph", None, f"<p>{escape(passage.text)}</p>", passage.text, passage.page, passage.boxes)
        if passage.page and passage.kind == "figure" and passage.text and "<" not in passage.html[8:-9]
        else passage
        for passage in passages
    )
    return [passage for passage in kept if passage.kind != "figure" or "<img" in passage.html]


def same_words(one: str, other: str) -> bool:
    """Whether two texts are equal except for case, white space and punctuation."""
    first, second = ("".join(filter(str.isalnum, text)).casefold() for text in (one, other))
    return bool(first) and first == second


def _shallow(html: str) -> str:
    """The same markup without its boxes if they are nested too deeply: the sanitiser's time grows by their square."""
    depths = accumulate(-1 if tag[1] else 1 for tag in _BOXES.finditer(html))
    return _BOXES.sub(" ", html) if max(depths, default=0) > _DEEPEST else html


def _parse(clean: str) -> HtmlElement:
    root = lxml.html.fragment_fromstring(clean, create_parent="div", parser=HTMLParser(huge_tree=True))
    if _depth(root) > _DEEPEST:  # only in broken or hostile pages: keep the text
        root = lxml.html.fragment_fromstring(sanitise(clean, flat=True), create_parent="div")
    return root


def _depth(root: HtmlElement) -> int:
    depth = deepest = 0
    for event, _ in iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _passage(kind: Kind, level: int | None, element: HtmlElement) -> ImportedPassage:
    html = sanitise(_LEFTOVERS.sub(r"\1", lxml.html.tostring(element, encoding="unicode", with_tail=False)))
    return ImportedPassage(kind, level, html, _text(element))


def _text(element: HtmlElement) -> str:
    for end in element.iter(*_BLOCKS):
        end.tail = f" {end.tail or ''}"
    words = " ".join(element.text_content().split())
    return words or " ".join(" ".join(picture.get("alt", "") for picture in element.iter("img")).split())
