"""Finding the footnotes of a page: short links to a place further down that is a note of its own."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import msgspec
from lxml.html import HtmlElement

from parley.extraction.notes.content import NoteContent, set_text_before, take_content, text_before
from parley.extraction.notes.linking import LABEL, note, reference
from parley.extraction.text.tokens import Tokens

_MARKER = re.compile(
    r"[\[(\s]*((?:note|fn|footnote)?\s*[0-9]{1,4}|[a-z]{1,2}|[ivxl]{1,6}|[*\u2020\u2021\u00a7\u00b6#]{1,4})[\])\s.]*",
    re.IGNORECASE,
)
_HINT = re.compile(r"note|cite|ref|ftn|fn\d|fn[-:_]|bib|endn|^_|f\d+n", re.IGNORECASE)
_LABEL = re.compile(LABEL)
_MOST = 2_000
_SPACE = " \n\t\xa0"
_AROUND = {"sup", "span", "small", "b", "strong", "em", "i", "font", "cite"}


class ArticleNote(msgspec.Struct, frozen=True):
    label: str
    html: str


class Notes(msgspec.Struct, frozen=True):
    """The notes of a page, and by the number of a token (tokens.py) the note that it refers to."""

    notes: list[ArticleNote]
    references: dict[int, int]

    def referred(self, html: str, tokens: Tokens) -> str:
        """The markup of the notes that `html` refers to, or that these notes refer to, in the order of the page."""
        wanted: set[int] = set()
        waiting = [html]
        while waiting:
            text = waiting.pop()
            new = {self.references[number] for number in tokens.found_in(text) if number in self.references} - wanted
            waiting += [self.notes[number].html for number in new]
            wanted |= new
        return "".join(note(self.notes[number].label, self.notes[number].html) for number in sorted(wanted))


class _Link(msgspec.Struct, frozen=True):
    element: HtmlElement
    marker: str
    target: HtmlElement


def take_notes(tree: HtmlElement, url: str | None, tokens: Tokens) -> Notes:
    """Take the notes out of `tree`, and replace the references to them by tokens."""
    links = list(_links(tree, url))
    contents: list[NoteContent] = []
    by_target: dict[HtmlElement, int] = {}
    targets = {link.target for link in links}
    kept: list[tuple[_Link, int]] = []
    for link in links:
        if link.target not in by_target:
            content = take_content(link.target, link.element, targets)
            if content is None:
                continue
            by_target[link.target] = len(contents)
            contents.append(content)
        kept.append((link, by_target[link.target]))
    labels = _labels(kept, len(contents))
    references = {_replace(link.element, labels[number], tokens): number for link, number in kept}
    notes = [ArticleNote(label, content.html()) for label, content in zip(labels, contents, strict=True)]
    return Notes(notes, references)


def _links(tree: HtmlElement, url: str | None) -> Iterator[_Link]:
    order = {element: number for number, element in enumerate(tree.iter())}
    places = {name: element for element in reversed(order) for name in (element.get("id"), element.get("name")) if name}
    canonical = tree.iterfind('.//link[@rel="canonical"]')
    pages = {"", _page(url or ""), *(_page(link.get("href") or "") for link in canonical)}
    for link in list(tree.iter("a"))[: 10 * _MOST]:
        page, separator, fragment = (link.get("href") or "").partition("#")
        marker = _MARKER.fullmatch(link.text_content())
        target = places.get(unquote(fragment)) if separator and marker and _page(page) in pages else None
        if target is not None and order[target] > order[link] and _is_reference(link, fragment) and marker:
            yield _Link(link, marker[1].strip(), target)


def _page(url: str) -> str:
    return url.partition("#")[0].removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")


def _is_reference(link: HtmlElement, fragment: str) -> bool:
    """Whether a link is raised, or named as a reference."""
    around = link.getparent()
    raised = link.find(".//sup") is not None or (around is not None and around.tag == "sup")
    named = (link.get(name) or "" for name in ("class", "id", "name", "role", "epub:type"))
    return raised or bool(_HINT.search(" ".join(named))) or bool(_HINT.search(fragment))


def _labels(kept: Sequence[tuple[_Link, int]], count: int) -> list[str]:
    """The markers as they are where they are letters or digits and differ, else numbers from 1."""
    markers: dict[int, str] = {}
    for link, number in kept:
        markers.setdefault(number, link.marker.lower().removeprefix("note").removeprefix("fn").strip())
    stated = [markers[number] for number in range(count)]
    usable = len(set(stated)) == count and all(map(_LABEL.fullmatch, stated))
    return stated if usable else [str(number) for number in range(1, count + 1)]


def _replace(link: HtmlElement, label: str, tokens: Tokens) -> int:
    """Put a token in the place of a link, its brackets, and the elements that are around it alone."""
    element = link
    while (around := element.getparent()) is not None and around.tag in _AROUND:
        if around.text_content().strip("[]() \n") != link.text_content().strip("[]() \n"):
            break
        element = around
    lead, tail = text_before(element), element.tail or ""
    if lead.rstrip().endswith(("[", "(")) and tail.lstrip().startswith(("]", ")")):
        lead, tail = lead.rstrip()[:-1], tail.lstrip()[1:]
    set_text_before(element, lead.rstrip(_SPACE) if lead.strip() else lead)
    token = tokens.add(reference(label))
    element.tail = f"{token}{tail}"
    element.drop_tree()
    (number,) = tokens.found_in(token)
    return number
