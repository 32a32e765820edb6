"""Removing the nodes that readers of the page do not see."""

import re

from lxml import etree
from lxml.html import HtmlElement

_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# The usual names of what is only for screen readers, which hear "Caption:" or "Advertisement" before it.
_UNSEEN = frozenset({
    "element-invisible", "govuk-visually-hidden", "screen-reader", "screen-reader-only", "screen-reader-text",
    "sr-only", "u-visually-hidden", "visually-hidden", "visuallyhidden",
})  # fmt: skip
_HIDDEN = etree.XPath(
    ".//*[@hidden or @aria-hidden='true' or @style or contains(@class, 'sr-only') or contains(@class, 'screen-reader')"
    " or contains(@class, 'visually') or contains(@class, 'element-invisible')] | .//dialog[not(@open)]"
)
_MOSTLY = 0.5
_LONG, _ENOUGH = 80, 250  # letters of a paragraph, and of an article that is there without a hidden part


def drop_hidden(tree: HtmlElement) -> None:
    """Remove hidden nodes, except those with a formula or a picture, and those that seem to be the article.

    Some pages hide their article until a script shows it.
    """
    whole = len(tree.text_content())
    for node in _HIDDEN(tree):
        if node.getparent() is None or node.tag in ("body", "html", "article", "main") or not _is_hidden(node):
            continue
        is_small = len(node.text_content()) < whole * _MOSTLY
        if (is_small or _paragraphs(tree) - _paragraphs(node) > _ENOUGH) and not _holds_more_than_words(node):
            node.drop_tree()


def _paragraphs(node: HtmlElement) -> int:
    return sum(size for paragraph in node.iter("p") if (size := len(paragraph.text_content())) > _LONG)


def _is_hidden(node: HtmlElement) -> bool:
    return (
        (node.get("hidden") is not None and node.get("hidden") != "until-found")
        or node.get("aria-hidden") == "true"
        or node.tag == "dialog"
        or bool(_HIDING.search(node.get("style") or ""))
        or not _UNSEEN.isdisjoint((node.get("class") or "").lower().split())
    )


def _holds_more_than_words(node: HtmlElement) -> bool:
    if node.tag == "img" or next(node.iter("math"), None) is not None:
        return True
    return node.get("aria-hidden") == "true" and next(node.iter("img"), None) is not None
