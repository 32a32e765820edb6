"""What a page states about itself: its JSON-LD, its meta elements, and the names of its site."""

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

import msgspec
from lxml.html import HtmlElement

from parley.extraction.metadata.names import fold
from parley.platform.text.hosts import bare_host

Node = dict[str, Any]

_ARTICLES = {
    "BlogPosting", "Chapter", "CreativeWork", "DiscussionForumPosting", "HowTo", "LiveBlogPosting", "Recipe", "Report",
    "Review", "SocialMediaPosting", "Thesis",
}  # fmt: skip
# Around the data of pages that were once XHTML, often in a comment of JavaScript.
_CDATA = re.compile(r"(?://|/\*)?\s*(?:<!\[CDATA\[|\]\]>)\s*(?:\*/)?")
_TRAILING_COMMA = re.compile(r",(\s*[\]}])")
_MOST_NODES = 5_000
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement")
_SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "publisher", "dc.publisher")


class PageData(msgspec.Struct, frozen=True):
    """`articles` are the JSON-LD nodes of the page's own article, best first; `nodes` all nodes by their `@id`."""

    tree: HtmlElement
    url: str | None
    meta: dict[str, list[str]]
    articles: list[Node]
    nodes: dict[str, Node]

    def first_meta(self, *names: str) -> str:
        return next((value for name in names for value in self.meta.get(name, ())), "")

    def values(self, key: str) -> Iterator[Any]:
        """All values of a key in the article's nodes, with references replaced by what they refer to."""
        for node in self.articles:
            values = node.get(key)
            for value in values if isinstance(values, list) else [values]:
                yield self._resolve_reference(value)

    def _resolve_reference(self, value: Any) -> Any:
        is_reference = isinstance(value, dict) and value.keys() == {"@id"}
        return self.nodes.get(str(value["@id"]), value) if is_reference else value

    @property
    def host(self) -> str:
        """The host of the page without `www.`; empty without an address."""
        return bare_host(self.url or "")

    @property
    def site_names(self) -> list[str]:
        """The names that the page gives its site or publisher, best first."""
        stated = [value for name in _SITE_NAMES for value in self.meta.get(name, ())]
        publishers = [node for node in self.values("publisher") if isinstance(node, dict)]
        sites = [node for node in self.nodes.values() if "WebSite" in types_of(node)]
        named = [text_of(node.get("name")) for node in (*publishers, *sites)]
        return [name for name in (*stated[:1], *named, *stated[1:]) if name and "://" not in name]


def read_page_data(tree: HtmlElement, url: str | None) -> PageData:
    """Collect what the page states. Invalid JSON-LD is skipped."""
    meta, all_nodes = _meta(tree), list(_nodes(tree))
    title = text_of(meta["og:title"] if "og:title" in meta else tree.findtext(".//title"))
    articles = [node for node in all_nodes if is_article(node)] or [
        node for node in all_nodes if "WebPage" in types_of(node) and (node.get("headline") or node.get("author"))
    ]
    own = [node for node in articles if _is_about(node, title, url)]
    nodes = {str(node["@id"]): node for node in all_nodes if "@id" in node and len(node) > 1}
    # A page with a list of articles has none of its own, unless one is recognised by its title or address.
    return PageData(tree, url, meta, own or (articles if len(articles) <= 2 else []), nodes)  # noqa: PLR2004 article, page


def is_article(node: Node) -> bool:
    return any(name in _ARTICLES or name.endswith("Article") for name in types_of(node))


def types_of(node: Node) -> list[str]:
    kinds = node.get("@type")
    return [str(kind).rsplit("/", 1)[-1] for kind in (kinds if isinstance(kinds, list) else [kinds])]


def text_of(value: object) -> str:
    """A text or a number of JSON-LD or a meta element in one line, with character references decoded."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else ""
    return " ".join(html.unescape(str(value)).split()) if isinstance(value, str | int) else ""


def _is_about(node: Node, title: str, url: str | None) -> bool:
    headline = fold(text_of(node.get("headline") or node.get("name")))
    known = {fold(title)} - {""}
    addresses = {text_of(node.get("url")), text_of(node.get("@id"))}
    return bool(headline and any(headline in title or title in headline for title in known)) or bool(
        url and url in addresses
    )


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    contents: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        names = " ".join(element.get(key, "") for key in ("property", "name", "itemprop", "http-equiv"))
        if content := " ".join((element.get("content") or "").split()):
            for name in names.lower().replace("dc:", "dc.").split():
                contents.setdefault(name, []).append(content)
    return contents


def _nodes(tree: HtmlElement) -> Iterator[Node]:
    for script in tree.iterfind('.//script[@type="application/ld+json"]'):
        try:
            text = _TRAILING_COMMA.sub(r"\1", _CDATA.sub("", script.text or ""))
            waiting: deque[Any] = deque([json.loads(text, strict=False)])
        except (ValueError, RecursionError):
            continue
        for _ in range(_MOST_NODES):
            if not waiting:
                break
            match waiting.popleft():
                case list(items):
                    waiting.extendleft(reversed(items))
                case dict(item):
                    yield item
                    waiting.extendleft(item[key] for key in reversed(_INSIDE) if key in item)
