"""The one way from Markdown to HTML, for comments, previews, history and mail: CommonMark without raw HTML."""

import re
from functools import cache
from html import unescape

import nh3
from markdown_it import MarkdownIt

# Rendered HTML is stored with this number; raise it when rendering changes and old HTML is made anew.
VERSION = 1

LONGEST = 40_000
DEEPEST = 20
MOST_LINKS = 30

TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
LINK_REL = "nofollow ugc noopener"


@cache
def _parser() -> MarkdownIt:
    """CommonMark, tables and strike-through; raw HTML shows as text, images as links, nesting has an end."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"]).disable("image")
    parser.validateLink = _link_allowed  # type: ignore[method-assign]
    return parser


def _link_allowed(url: str) -> bool:
    scheme, colon, _ = url.strip().partition(":")
    return not colon or "/" in scheme or "#" in scheme or "?" in scheme or scheme.lower() in SCHEMES


def render(text: str) -> str:
    """Return safe HTML for Markdown `text` (headings start at h3: a comment stands under the page's own)."""
    html = _parser().render(text)
    html = re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", html)
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=LINK_REL)


def count_links(html: str) -> int:
    """How many links rendered `html` holds."""
    return html.count("<a ")


def excerpt(html: str, length: int = 200) -> str:
    """The first words of rendered `html` as plain text, at most `length` characters."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"
