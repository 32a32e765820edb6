"""Removing the parts of a page that its own names call furniture: share bars, related posts, comments, newsletters."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from lxml import etree
from lxml.html import HtmlElement

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
