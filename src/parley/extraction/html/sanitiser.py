"""Sanitising the markup of articles: the whole page first, and then every passage again."""

import re
from contextlib import suppress
from functools import partial
from urllib.parse import urljoin

import lxml.html
import nh3
from lxml.html import HTMLParser

from parley.extraction.maths.mathml import UnreadableFormula, write_mathml
from parley.extraction.notes.linking import BACKLINK, NOTE_VALUES, REFERENCE, backlink, reference
from parley.extraction.text.decoding import printable_markup
from parley.extraction.text.tokens import Tokens

_EDGE = re.compile(r"<math\b|</math\s*>", re.IGNORECASE)
_SIGNS = ("<math", "<MATH", "doc-noteref", "doc-backlink")
_LONGEST = 200_000  # characters of one formula
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


def take_own_markup(html: str) -> tuple[str, Tokens | None]:
    """Markup with tokens in place of the formulas and links of notes that we wrote, and what the tokens stand for.

    Each stands for markup that is written from what was read. A formula that cannot be read is removed.
    """
    if not any(sign in html for sign in _SIGNS):
        return html, None
    tokens = Tokens(html)
    html = REFERENCE.sub(lambda link: tokens.add(reference(link["label"])), html)
    html = BACKLINK.sub(lambda link: tokens.add(backlink(link["label"])), html)
    return _without_formulas(html, tokens), tokens


def _without_formulas(html: str, tokens: Tokens) -> str:
    parts: list[str] = []
    at, begin = 0, -1
    for edge in _EDGE.finditer(html):
        if edge[0][1] != "/":
            begin = edge.start() if begin < 0 else begin
        elif begin >= 0:
            parts += [html[at:begin], _formula(html[begin : edge.end()], tokens)]
            at, begin = edge.end(), -1
    return "".join([*parts, html[at:]])


def _formula(markup: str, tokens: Tokens) -> str:
    if len(markup) > _LONGEST:
        return ""
    math = lxml.html.fragment_fromstring(markup, create_parent="div", parser=HTMLParser(huge_tree=True)).find(".//math")
    with suppress(UnreadableFormula):
        if math is not None:
            display, tex = math.get("display") == "block", math.get("alttext") or ""
            return tokens.add(write_mathml(math, display=display, tex=tex))
    return ""
