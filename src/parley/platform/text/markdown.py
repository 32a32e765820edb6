"""Markdown to HTML for comments, previews, history and mail: CommonMark without raw HTML."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from parley.platform.text import links, mentions
from parley.platform.text.cleaning import shorten, without_overrides

# Stored HTML and its excerpt have this version. Raise it when one of them is made in another way, and the worker makes
# both again (discussion/comments/jobs.py).
VERSION = 7
# Characters of a stored excerpt: pages show no more.
STORED_EXCERPT = 320
# The first version with excerpts.
EXCERPTS_SINCE = 7

DEEPEST = 20
# The parser takes up to 20 µs for each mark and 70 µs for a line (measured), and adds missing cells to tables. Text
# with more marks than any sensible comment is shown as typed, so that no comment takes 50 ms.
MARKS = re.compile(r"[][*_`~|#<>!&\\\n]")
MOST_MARKS = 4_000
# Characters at which one of our rules may start. markdown-it also stops at others, for extensions that we do not use.
BEGINS_MARKUP = re.compile(r"[][\n\\`~*_!<&]|:(?=//)")
MOST_CELLS = 4_000

TAGS = {
    "p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
INLINE = re.compile(r"</?(?:a|code|em|s|strong)\b[^>]*>")
TAG = re.compile(r"<[^>]+>")
# Parts of a comment that are not its author's own sentences.
NOT_OWN_WORDS = re.compile(r"<(/?)(?:blockquote|pre|table)\b[^>]*>")
# All character references that rendered HTML has. Replacing them takes 1 ms for the longest comment; `html.unescape`,
# which knows all that there are, took 23.
REFERENCES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&nbsp;": "\xa0", "&amp;": "&"}
LINK_REL = "nofollow ugc noopener"

# What is markup anywhere; before a name or number and a semicolon; at the end of a heading; and where a line begins:
# headings, lists, quotes, and lines that make the line above them a heading or the head of a table.
ANYWHERE = str.maketrans({mark: f"\\{mark}" for mark in "[]\\`*_~|<"})
REFERENCE = re.compile(r"&(?=#?\w{1,40};)")
AT_LINE_END = re.compile(r"#(?=[ \t]*$)", re.MULTILINE)
AT_LINE_START = re.compile(
    r"^([ \t]*)(?:(\d{1,9})(?=[.)](?:\s|$))|(?=[-+](?:[-\s]|$)|>|#{1,6}\s|=+[ \t]*$|:?-+:?[ \t]*$))", re.MULTILINE
)
ADDRESS = re.compile(r"(?<![a-z0-9.+-])https?(?=://)", re.IGNORECASE)
LONGEST_ADDRESS = 2_000
# What may load something in an editor: pictures, tags with attributes, and where a line begins with HTML, all of that
# until the next paragraph. No tags are autolinks, and what a backslash escapes already.
EMBED = re.compile(r"(?<!\\)((?:\\\\)*)(!\[|<[a-z][a-z0-9-]*[\s/]|<(?:script|style)\b)", re.IGNORECASE)
HTML_LINE = re.compile(r"^([ \t>*+.)\d-]*)(?=<(?:[!?]|/?[a-z][a-z0-9-]*(?:[\s/>]|$)))", re.IGNORECASE | re.MULTILINE)


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables, strikethrough and bare URLs; raw HTML as text, images as links, limited nesting."""
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"]).disable("image")
    # markdown-it's own rule for bare URLs scans the rest of the text at each "//".
    parser.inline.ruler.after("text", "linkify", links.link)
    parser.inline.terminator_re = BEGINS_MARKUP
    parser.core.ruler.push("mentions", mentions.link)
    parser.validateLink = _link_allowed  # type: ignore[method-assign]
    return parser


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=LINK_REL)


def _link_allowed(url: str) -> bool:
    scheme, colon, _ = url.strip().partition(":")
    return not colon or "/" in scheme or "#" in scheme or "?" in scheme or scheme.lower() in SCHEMES


def render(text: str, members: Mapping[str, str] | None = None) -> str:
    """Return safe HTML for Markdown `text`. Headings start at h3, below those of the page.

    Mentions in `members` (name as typed: member's name) become links to the members' pages.
    """
    if _is_dense(text):
        return f"<pre><code>{escape(without_overrides(text))}</code></pre>"
    html = _parser().render(text, {"members": members})
    html = re.sub(r"<(/?)h([1-6])>", lambda m: f"<{m[1]}h{min(int(m[2]) + 2, 6)}>", html)
    # Character references can write them too.
    return without_overrides(_cleaner().clean(html))


def literal(text: str, *, in_link: bool = False) -> str:
    """Return Markdown that shows `text` as it is. Bare URLs stay links, but within the text of a link."""
    escaped, end = "", 0
    for scheme in () if in_link else ADDRESS.finditer(text):
        start, colon = scheme.span()
        rest = links.rest_of(text, colon, min(len(text), colon + LONGEST_ADDRESS)) if start >= end else ""
        if rest:
            escaped += _escape(text[end:start])
            end = colon + len(rest)
            escaped += text[start:end]
    return AT_LINE_START.sub(r"\1\2\\", escaped + _escape(text[end:]))


def _escape(text: str) -> str:
    return AT_LINE_END.sub(r"\\#", REFERENCE.sub(r"\\&", text.translate(ANYWHERE)))


def without_embeds(text: str) -> str:
    """Return Markdown that no editor loads anything for: pictures are links and HTML is text, as on our pages.

    In code there is a backslash too many, since programs differ about what is code.
    """
    return HTML_LINE.sub(r"\1\\", EMBED.sub(r"\1\\\2", text))


def mentioned_names(text: str) -> list[str]:
    """Return the names that `text` mentions with an @, as typed."""
    return [] if "@" not in text or _is_dense(text) else mentions.names_in(_parser().parse(text))


def pictures(text: str) -> list[str]:
    """Return the descriptions of the pictures in `text`; each became a link, or words, for comments show none."""
    if "![" not in text or _is_dense(text):
        return []
    lines = (token.children or [] for token in _parser().parse(text) if token.type == "inline")
    return [name for line in lines for name in _pictures_in(line)]


def _pictures_in(line: Sequence[Token]) -> Iterator[str]:
    for before, link, name in zip(line, line[1:], line[2:], strict=False):
        if link.type == "link_open" and before.type == "text" and before.content.endswith("!"):
            yield name.content if name.type == "text" else str(link.attrGet("href"))


def _is_dense(text: str) -> bool:
    rows = [row.count("|") for row in text.split("\n") if "|" in row]
    # Consecutive opening brackets cost twice as much: the parser looks for the closing bracket of each.
    marks = (
        len(MARKS.findall(text))
        + 3 * text.count("\n")
        + 2 * text.count("://")
        + text.count("@")
        + 2 * (text.count("[[") + text.count("!["))
    )
    return marks > MOST_MARKS or len(rows) * max(rows, default=0) > MOST_CELLS


def count_links(html: str) -> int:
    """Return the number of links in rendered `html`."""
    return html.count("<a ")


def plain(html: str) -> str:
    """Return the text that readers see of rendered `html`."""
    text = TAG.sub(" ", INLINE.sub("", html))
    for reference, character in REFERENCES.items():
        text = text.replace(reference, character)
    return text


def excerpt(html: str, length: int = 200) -> str:
    """Return the start of rendered `html` as plain text, at most `length` characters."""
    return shorten(" ".join(plain(html).split()), length)


def stored_excerpt(html: str) -> str:
    """Return the first of the author's own words; the first words that a comment quotes if it has no others."""
    return excerpt(_own_words(html), STORED_EXCERPT) or excerpt(html, STORED_EXCERPT)


def excerpt_of(row: str) -> str:
    """SQL for the stored excerpt of `row`; until the worker has made it, for one of the beginning of its HTML."""
    return f"""
    coalesce(case when {row}.html_version >= {EXCERPTS_SINCE} then {row}.excerpt end,
        left(replace(replace(replace(replace(replace(
            trim(regexp_replace(left({row}.html, 2000), '(<[^>]*(>|$)|&nbsp;|&[^;]*$|\\s)+', ' ', 'g')),
            '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#x27;', chr(39)), '&amp;', '&'), {STORED_EXCERPT}))
"""


def _own_words(html: str) -> str:
    """Return rendered `html` without quotations, code and tables."""
    kept, depth, end = [], 0, 0
    for tag in NOT_OWN_WORDS.finditer(html):
        if not depth:
            kept.append(html[end : tag.start()])
        depth += -1 if tag[1] else 1
        end = tag.end()
    return " ".join([*kept, html[end:]])
