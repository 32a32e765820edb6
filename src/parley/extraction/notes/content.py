"""Taking the words of one note out of a page."""

import re
from collections.abc import Collection
from copy import deepcopy

import lxml.html
import msgspec
from lxml.html import HtmlElement, html_parser

from parley.extraction.html.sanitiser import INLINE, sanitise

_INLINE = INLINE | {"span", "font", "big", "img", "label"}
_NEVER = {"body", "html", "article", "main", "section", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ol", "ul", "dl"}
_LONGEST = 8_000  # characters
_ARROWS = r"\u2191\u21a9\ufe0e\ufe0f\u2934\u21b5\u2b06"
_SIGNS = rf"\s\[\]()^.,:*\u2020\u2021\u00a7\u00b6#|{_ARROWS}-"
_BACK = re.compile(
    rf"[{_SIGNS}]*(?:(?:jump up|back|return|go back)[\w ]{{0,30}}|\d{{0,4}}|[a-z]{{0,2}}|[ivxl]{{1,6}})[{_SIGNS}]*",
    re.IGNORECASE,
)
_LEAD = re.compile(
    rf"[\])]?(?:[\s^*\u2020\u2021{_ARROWS}]|\[\s*\w{{0,4}}\s*\]|\(\s*\d{{1,4}}\s*\)|\d{{1,4}}[.):](?=\s|$)|\.(?=\s))*"
)
_BRACKET = re.compile(r"[\[(]\s*$")
_WORD = re.compile(r"\w")


class NoteContent(msgspec.Struct, frozen=True):
    """A note that was taken out of its page: `box` has its words."""

    box: HtmlElement

    def html(self) -> str:
        """Its markup without links back and the marker before its first word."""
        box = deepcopy(self.box)
        for link in list(box.iter("a")):
            if "#" in (link.get("href") or "#") and _BACK.fullmatch(link.text_content()):
                link.drop_tree()
        for small in list(box.iter("sup", "span", "b", "strong")):
            if not _WORD.search(small.text_content()) and small.getparent() is not None:
                small.drop_tree()
        _strip_lead(box)
        inner = (box.text or "") + "".join(lxml.html.tostring(child, encoding="unicode") for child in box)
        return sanitise(inner, boxes=True).strip()


def take_content(target: HtmlElement, link: HtmlElement, targets: Collection[HtmlElement]) -> NoteContent | None:
    """Take the note at `target` out of its page, unless the place is no note: a section, or the text around `link`."""
    block = target
    while block.tag in _INLINE and (around := block.getparent()) is not None:
        block = around
    if block.tag == "dt" and (explained := block.getnext()) is not None and explained.tag == "dd":
        _drop(block)
        block = explained
    if block.tag == "td" and (row := block.getparent()) is not None:
        block = row
    if _is_note(block, link, target, targets):
        box = deepcopy(block)
        box.tail = None
        _drop(block)
        return NoteContent(box)
    return _line(target, targets) if target.tag in _INLINE else None


def _is_note(block: HtmlElement, link: HtmlElement, target: HtmlElement, targets: Collection[HtmlElement]) -> bool:
    if block.tag in _NEVER or block in link.iterancestors():
        return False
    words = block.text_content()
    others = sum(element is not target and element in targets for element in block.iter())
    has_headings = any(
        element.tag in _NEVER - {"ol", "ul", "dl", "table"} for element in block.iter() if element is not block
    )
    return not others and not has_headings and 2 < len(words.strip()) <= _LONGEST  # noqa: PLR2004 more than a marker


def _line(target: HtmlElement, targets: Collection[HtmlElement]) -> NoteContent | None:
    """Take a note that is one line of a longer block: what follows its place up to two line breaks, or the next one."""
    top = target
    while (around := top.getparent()) is not None and around.tag in _INLINE:
        top = around
    box = html_parser.makeelement("div")
    box.text, top.tail = top.tail, None
    size, node = len(box.text or ""), top.getnext()
    while node is not None and node.tag in _INLINE and not any(element in targets for element in node.iter()):
        after = node.getnext()
        is_end = node.tag == "br" and not (node.tail or "").strip() and after is not None and after.tag == "br"
        size += len(node.text_content()) + len(node.tail or "")
        if is_end or size > _LONGEST:
            break
        box.append(node)
        node = after
    if not box.text_content().strip():
        return None
    set_text_before(top, _BRACKET.sub("", text_before(top)))
    top.drop_tree()
    return NoteContent(box)


def text_before(element: HtmlElement) -> str:
    """The text right before an element."""
    before, around = element.getprevious(), element.getparent()
    if before is not None:
        return before.tail or ""
    return "" if around is None else around.text or ""


def set_text_before(element: HtmlElement, text: str) -> None:
    before, around = element.getprevious(), element.getparent()
    if before is not None:
        before.tail = text
    elif around is not None:
        around.text = text


def _strip_lead(box: HtmlElement) -> None:
    """Remove the marker before the first word."""
    for node in box.iter():
        if node.text and node.text.strip():
            node.text = node.text[_lead(node.text) :]
            if node.text:
                return
        if node is not box and node.tag != "br" and not len(node) and not node.text and node.tail:
            node.tail = node.tail[_lead(node.tail) :]
            if node.tail:
                return
        if node.text:
            return


def _lead(text: str) -> int:
    match = _LEAD.match(text)
    return match.end() if match else 0


def _drop(block: HtmlElement) -> None:
    """Remove a note, the list that it leaves empty, and then the heading of that list."""
    around = block.getparent()
    block.drop_tree()
    while around is not None and around.tag not in ("body", "article", "main") and _is_empty(around):
        empty, around = around, around.getparent()
        heading = empty.getprevious()
        if around is not None:
            empty.drop_tree()
        if heading is not None and heading.tag in ("h2", "h3", "h4", "h5", "h6", "hr"):
            heading.drop_tree()


def _is_empty(box: HtmlElement) -> bool:
    return not box.text_content().strip() and box.find(".//img") is None
