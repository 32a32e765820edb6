"""Sanitising the markup of articles: the whole page first, and then every passage again."""

from functools import partial
from urllib.parse import urljoin

import nh3

from parley.extraction.html.own_markup import take_own_markup
from parley.extraction.notes.markup import NOTE_VALUES
from parley.extraction.text.decoding import printable_markup

INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q",
    "rp", "rt", "ruby", "s", "samp", "small", "strong", "sub", "sup", "time", "u", "var", "wbr",
})  # fmt: skip
BLOCKS = frozenset({
    "aside", "blockquote", "caption", "col", "colgroup", "dd", "dl", "dt", "figcaption", "figure", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
})  # fmt: skip
# Containers mean nothing in a passage, but a paragraph ends where one ends: they are kept until the text is cut.
BOXES = frozenset({
    "address", "article", "center", "details", "div", "footer", "header", "main", "section",
    "summary",
})  # fmt: skip
FLAT = frozenset({"p", "br", "h1", "h2", "h3", "h4", "h5", "h6"})
_REMOVED_WITH_CONTENT = {
    "audio", "button", "canvas", "embed", "head", "iframe", "math", "noembed", "noframes", "noscript",
    "object", "option", "plaintext", "script", "select", "style", "svg", "template", "textarea", "title",
    "video", "xmp",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href", "title", "hreflang"},
    "aside": set(NOTE_VALUES),
    "abbr": {"title"},
    "bdo": {"dir"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan", "data-align"},
    "th": {"colspan", "rowspan", "scope", "data-align"},
    "time": {"datetime"},
    "*": {"lang", "dir"},
}
# Of cells; others begin at the start of the line.
ALIGNMENTS = frozenset({"center", "end"})
_SCHEMES = {"http", "https", "mailto"}


def sanitise(html: str, *, base_url: str | None = None, boxes: bool = False, flat: bool = False) -> str:
    """Keep only the allowed markup: no class, style, data or hx attribute, no script, frame or svg; ids for notes only.

    Formulas are written anew (maths/mathml.py).
    Relative addresses are resolved against `base_url`, or removed without one. `boxes` keeps containers such as div,
    for a text that is still to be cut. `flat` keeps only paragraphs and headings.
    """
    allowed = FLAT if flat else INLINE | BLOCKS | BOXES if boxes else INLINE | BLOCKS
    markup, tokens = take_own_markup(printable_markup(html))
    clean = nh3.clean(
        markup,
        tags=set(allowed),
        clean_content_tags=_REMOVED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative=partial(_complete, base_url or ""),
        attribute_filter=_allowed_value,
        link_rel="nofollow ugc noopener",
    )
    return tokens.replaced(clean) if tokens else clean


def _allowed_value(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "data-align":
        return value if value in ALIGNMENTS else None
    return value if tag != "aside" or attribute not in NOTE_VALUES or NOTE_VALUES[attribute].fullmatch(value) else None


def _complete(base: str, address: str) -> str | None:
    try:
        whole = urljoin(base, address)
    except ValueError:
        return None
    return whole if whole.startswith(("http://", "https://")) else None
