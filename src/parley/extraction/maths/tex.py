"""Converting TeX to MathML."""

import html
import re
from functools import cache

from lxml import etree
from math_core import LatexError, LatexToMathML

from parley.extraction.maths.mathml import LONGEST_TEX, UnreadableFormula, write_mathml

# Numbers and names of equations, which the converter refuses outside of numbered environments.
_LABELS = re.compile(r"\\(?:label|tag\*?)\s*\{[^{}]*\}|\\(?:nonumber|notag)\b")
# With a star their lines have no numbers: which number a line has, only the whole article could say.
_NUMBERED = re.compile(r"\\(begin|end)\s*\{(align|alignat|equation|gather|multline|eqnarray)\}")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;)\w+;")
_MOST_EXPANSIONS = 200
_DEEPEST = 100  # braces
# For each parenthesis or bracket that is not closed, the converter takes twice the time.
_MOST_OPEN = 8


def tex_to_mathml(tex: str, *, display: bool) -> str:
    """A formula as MathML. Raises UnreadableFormula for what is no TeX that can be converted."""
    tex = tex.strip()
    if len(tex) > LONGEST_TEX or tex.count("{") > LONGEST_TEX // 2 or _depth(tex, "{}") > _DEEPEST:
        raise UnreadableFormula
    if max(_depth(tex, "()"), _depth(tex, "[]")) > _MOST_OPEN:
        raise UnreadableFormula
    try:
        plain = _NUMBERED.sub(r"\\\1{\2*}", _LABELS.sub("", tex))
        written = _converter().convert_with_local_state(plain, displaystyle=display)
        math = etree.fromstring(_ENTITY.sub(lambda entity: html.unescape(entity[0]), written))
    except (LatexError, etree.XMLSyntaxError):
        raise UnreadableFormula from None
    return write_mathml(math, display=display, tex=tex)


def formula(tex: str, *, display: bool) -> str:
    """A formula as MathML, or as code if it cannot be converted."""
    try:
        return tex_to_mathml(tex, display=display)
    except UnreadableFormula:
        return f"<code>{html.escape(' '.join(tex.split()))}</code>"


@cache
def _converter() -> LatexToMathML:
    return LatexToMathML(max_expansions=_MOST_EXPANSIONS)


def _depth(tex: str, pair: str) -> int:
    depth = deepest = 0
    for sign in tex:
        depth += (sign == pair[0]) - (sign == pair[1])
        deepest = max(deepest, depth)
    return deepest
