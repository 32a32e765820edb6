"""Markup that only we write, kept from the sanitiser: formulas, and the links between references and notes."""

import re
from contextlib import suppress

import lxml.html
from lxml.html import HTMLParser

from parley.extraction.maths.mathml import UnreadableFormula, write_mathml
from parley.extraction.notes.markup import BACKLINK, REFERENCE, backlink, reference
from parley.extraction.text.tokens import Tokens

_EDGE = re.compile(r"<math\b|</math\s*>", re.IGNORECASE)
_SIGNS = ("<math", "<MATH", "doc-noteref", "doc-backlink")
_LONGEST = 200_000  # characters of one formula


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
