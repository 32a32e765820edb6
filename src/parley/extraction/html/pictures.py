"""Taking pictures out of running text, so that each becomes a figure of its own."""

import re
from copy import deepcopy

from lxml.etree import iterwalk, strip_tags
from lxml.html import HtmlElement, fragment_fromstring

from parley.extraction.html.sanitiser import BLOCKS, BOXES

# How the figures of a PDF begin until they are stored.
DRAWN = "data:image/png;base64,"
# An alternative text or caption that is only the name of a file.
_FILE_NAME = re.compile(r"\s*(?:\S+\.(?:jpe?g|png|gif|webp|avif)|(?:IMG|DSC|P)[_-]?\d+)\s*", re.IGNORECASE)
_TINY = 40  # pixels; a smaller picture is an icon in the text and is replaced by its alternative text


def take_pictures(element: HtmlElement) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Remove the pictures in `element`. Return those before its first word, and the others."""
    before: list[HtmlElement] = []
    after: list[HtmlElement] = []
    for picture in [*element.iter("figure"), *element.iter("img")]:
        if picture is element or element not in picture.iterancestors():
            continue
        if picture.tag == "figure" or is_shown(picture):
            (after if _words_before(picture, element) else before).extend(as_figures(picture))
            _replace(picture, "")
        else:
            _replace(picture, picture.get("alt", "") if picture.get("src") else "")
    return before, after


def as_figures(figure: HtmlElement) -> list[HtmlElement]:
    """Return a figure or picture as figures of one picture each. The last one has the caption."""
    pictures = [picture for picture in figure.iter("img") if is_shown(picture)]
    figures = [_figure(picture) for picture in pictures]
    if figure.tag == "figure" and figures and (caption := _caption(figure)) is not None:
        figures[-1].append(caption)
    return figures


def is_shown(picture: HtmlElement) -> bool:
    return bool(picture.get("src")) and not any(
        size.isdecimal() and int(size) < _TINY for size in (picture.get("width", ""), picture.get("height", ""))
    )


def _figure(picture: HtmlElement) -> HtmlElement:
    figure = fragment_fromstring("<figure></figure>")
    copy = deepcopy(picture)
    copy.tail = None
    if _FILE_NAME.fullmatch(copy.get("alt", "")):
        copy.set("alt", "")
    figure.append(copy)
    return figure


def _caption(figure: HtmlElement) -> HtmlElement | None:
    """All words of the figure in one caption."""
    caption = deepcopy(figure)
    caption.tag, caption.tail = "figcaption", None
    for box in caption.iter():
        if box.tag in BLOCKS | BOXES:
            box.tail = f" {box.tail or ''}"
    for picture in list(caption.iter("img")):
        _replace(picture, "")
    caption.tail = None
    strip_tags(caption, *(BLOCKS | BOXES))
    return caption if caption.text_content().strip() else None


def _words_before(picture: HtmlElement, element: HtmlElement) -> bool:
    for event, node in iterwalk(element, events=("start", "end")):
        if node is picture:
            return False
        words = node.text if event == "start" else node.tail if node is not element else None
        if words and words.strip():
            return True
    return False


def _replace(element: HtmlElement, text: str) -> None:
    element.tail = text + (element.tail or "")
    element.drop_tree()
