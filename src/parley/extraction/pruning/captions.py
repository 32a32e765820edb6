"""Captions of pictures that a page marks only by their class, and those whose picture is gone."""

from lxml import etree
from lxml.html import HtmlElement

_NAMED = etree.XPath(".//*[contains(@class, 'caption') or contains(@class, 'Caption') or contains(@class, 'legend')]")
_TEXT = {"p", "div", "span", "small", "em", "dd", "cite"}
_SHOWN = {"img", "picture", "svg", "video", "audio", "iframe", "table", "pre", "code", "blockquote", "object", "embed"}
_LONGEST = 600
_NEAR = 3  # boxes between a picture and its caption


def mark_captions(tree: HtmlElement) -> None:
    """Make each such caption a figcaption in a figure with its picture, or remove it if it has none."""
    for caption in _NAMED(tree):
        words = caption.text_content().strip()
        if caption.tag in _TEXT and 0 < len(words) <= _LONGEST and caption.find(".//img") is None:
            _mark(caption, words)
    for figure in list(tree.iter("figure")):
        if not any(element.tag in _SHOWN for element in figure.iter()):
            for caption in list(figure.iter("figcaption")):
                caption.drop_tree()


def _mark(caption: HtmlElement, words: str) -> None:
    if next(caption.iterancestors("figure", "table"), None) is not None:
        return
    boxes = [
        box for box in list(caption.iterancestors())[:_NEAR] if box.tag in ("div", "span", "p", "a", "li", "aside")
    ]
    for box in boxes:
        if len(box.text_content().strip()) > 2 * len(words):
            return
        if box.find(".//img") is not None:
            caption.tag, box.tag = "figcaption", "figure"
            return
