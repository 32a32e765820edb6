"""Removing what is on a page but not in its article: hidden nodes, share bars, teasers, newsletters, lost captions."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

from parley.extraction.html.original_markup import letters_of

_CAPTIONS = etree.XPath(
    ".//*[contains(@class, 'caption') or contains(@class, 'Caption') or contains(@class, 'legend')]"
)
_TEXT = {"p", "div", "span", "small", "em", "dd", "cite"}
_SHOWN = {"img", "picture", "svg", "video", "audio", "iframe", "table", "pre", "code", "blockquote", "object", "embed"}
_LONGEST_CAPTION = 600
_NEAR = 3  # boxes between a picture and its caption
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
_LONG_PART, _ENOUGH = 80, 250  # letters of a paragraph, and of an article that is there without a hidden part
_BOXES = {"li", "div", "article", "section"}
_TITLES = ("h2", "h3", "h4", "h5", "h6")
_FEWEST, _MOST_LETTERS = 3, 500
_WHOLE_TITLE = 0.9
_NAMED = etree.XPath(".//*[@class or @id or @role or @data-component or @data-testid]")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_WORDS = {
    "addthis", "addtoany", "adslot", "advert", "advertisement", "advertising", "breadcrumb", "breadcrumbs",
    "commentform", "commentlist", "comments", "consent", "cookie", "cookies", "disqus", "donate", "donation",
    "jprelatedposts", "mostread", "newsletter", "newsletters", "outbrain", "popular", "promo",
    "promotion", "rating", "ratings", "recirc", "recirculation", "recommendations", "recommended", "related",
    "relatedposts", "respond", "share", "sharebar", "sharedaddy", "sharethis", "sharing", "social", "socials",
    "sponsor", "sponsored", "subscribe", "subscription", "taboola", "trending",
}  # fmt: skip
_PAIRS = {"most read", "read next", "sign up", "see also", "tag list", "post tags", "author bio"}
_ROLES = {"navigation", "search", "banner", "contentinfo", "dialog", "alertdialog", "menu", "menubar", "toolbar"}
_KEPT = {"html", "body", "article", "main", "figure", "img", "picture", "math", "p", "pre", "code", "table"}
_MOST = 0.25  # of the page's letters
_LONG = 150
_TOGETHER = 5  # long paragraphs in one box, whatever links are beside them


def drop_furniture(tree: HtmlElement) -> None:
    """Remove named furniture, except large parts and those with the main heading or a note of the text."""
    room = max(_MOST * len(tree.text_content()), 400)
    for node in list(_named_elements(tree)):
        if node.getparent() is None or node.getroottree().getroot() is not tree:
            continue
        if len(node.text_content()) <= room and not _holds_text(node):
            node.drop_tree()


def _named_elements(tree: HtmlElement) -> Iterator[HtmlElement]:
    for node in _NAMED(tree):
        if node.tag not in _KEPT and (node.get("role") in _ROLES or _is_furniture(node)):
            yield node


def _is_furniture(node: HtmlElement) -> bool:
    names = " ".join(node.get(name) or "" for name in ("class", "id", "data-component", "data-testid"))
    words = [word.lower() for word in _WORD.findall(names[:300])]
    pairs = {f"{first} {other}" for first, other in pairwise(words)}
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairs)


def _holds_text(node: HtmlElement) -> bool:
    """Whether a part has the main heading, many long paragraphs in one box, or several with few links."""
    if next(node.iter("h1", "article"), None) is not None:
        return True
    long = [paragraph for paragraph in node.iter("p") if len(paragraph.text_content()) > _LONG]
    if any(count >= _TOGETHER for count in Counter(paragraph.getparent() for paragraph in long).values()):
        return True
    linked = sum(len(link.text_content()) for link in node.iter("a"))
    return len(long) > 2 and sum(len(paragraph.text_content()) for paragraph in long) > 4 * linked  # noqa: PLR2004 teasers and invitations have fewer


def drop_teasers(tree: HtmlElement, url: str | None) -> None:
    """Remove the boxes of each list of teasers from the page at `url`."""
    for parent in list(tree.iter("ul", "ol", "div", "section", "aside")):
        teasers = [box for box in parent if _is_teaser(box, url)]
        if len(teasers) >= _FEWEST and 2 * len(teasers) > len(parent):
            for box in teasers:
                box.drop_tree()


def _is_teaser(box: HtmlElement, url: str | None) -> bool:
    if box.tag not in _BOXES or len(letters_of(box.text_content())) > _MOST_LETTERS:
        return False
    titles = list(_titles(box))
    return len(titles) == 1 and _leads_elsewhere(titles[0], url)


def _titles(box: HtmlElement) -> Iterator[HtmlElement]:
    return (title for title in box.iter(*_TITLES) if letters_of(title.text_content()))


def _leads_elsewhere(title: HtmlElement, url: str | None) -> bool:
    """Whether a title as a whole leads to another page."""
    links = [*title.iter("a"), *title.iterancestors("a")]
    others = [link for link in links if (link.get("href") or "").partition("#")[0] not in {"", url}]
    linked = sum(len(letters_of(link.text_content())) for link in others)
    return linked >= _WHOLE_TITLE * len(letters_of(title.text_content()))


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
    return sum(size for paragraph in node.iter("p") if (size := len(paragraph.text_content())) > _LONG_PART)


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


def mark_captions(tree: HtmlElement) -> None:
    """Make each such caption a figcaption in a figure with its picture, or remove it if it has none."""
    for caption in _CAPTIONS(tree):
        words = caption.text_content().strip()
        if caption.tag in _TEXT and 0 < len(words) <= _LONGEST_CAPTION and caption.find(".//img") is None:
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
