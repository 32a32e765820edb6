"""Writing MathML from an allow-list (MathML Core), so that no page's own markup gets through."""

import re
from collections.abc import Iterator
from html import escape

from lxml.etree import _Element

_TOKENS = {"mi", "mn", "mo", "ms", "mtext"}
_LAYOUTS = {
    "merror", "mmultiscripts", "mphantom", "mprescripts", "mrow", "mspace", "msqrt", "mstyle", "mtable", "mtd", "mtr",
}  # fmt: skip
# Browsers show these as an error unless they have as many children.
_ARITIES = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
_DROPPED = {"annotation", "annotation-xml", "maligngroup", "malignmark", "mglyph", "none", "script", "style"}
_YES = re.compile("true|false")
_LENGTH = re.compile(r"-?\d?(?:\.\d{1,6})?(?:em|ex)|0")
_ATTRIBUTES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys((
        "accent", "accentunder", "displaystyle", "fence", "largeop", "movablelimits", "separator", "stretchy",
        "symmetric",
    ), _YES),
    **dict.fromkeys(("lspace", "rspace", "width", "height", "depth", "minsize", "maxsize", "linethickness"), _LENGTH),
    "mathvariant": re.compile("[a-z-]{1,24}"),
    "form": re.compile("prefix|infix|postfix"),
    "scriptlevel": re.compile(r"[+-]?\d"),
    "columnalign": re.compile("(?:(?:left|center|right) ?){1,20}"),
    "columnspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d?"),
    "dir": re.compile("ltr|rtl"),
}  # fmt: skip
_ALIGNED = re.compile(r"text-align: (left|center|right)")
_INVISIBLE = re.compile("[\u2061-\u2064\ufe00\ufe01]")
_DEEPEST = 60
_MOST_NODES = 4_000
LONGEST_TEX = 2_000  # characters


class UnreadableFormula(ValueError):
    """A formula is empty, too large, or nested too deeply."""


def write_mathml(math: _Element, *, display: bool, tex: str = "") -> str:
    """A `math` element that has only allowed elements and attributes. `tex` becomes its alternative text.

    Raises UnreadableFormula when it is empty, too large or too deep.
    """
    content = "".join(_Writer().children(math, 0))
    if not re.search(r"<m[ions]", content):
        raise UnreadableFormula
    shown = ' display="block"' if display else ""
    source = f' alttext="{escape(tex)}"' if tex and len(tex) <= LONGEST_TEX else ""
    return f"<math{shown}{source}>{content}</math>"


class _Writer:
    def __init__(self) -> None:
        self._left = _MOST_NODES

    def children(self, element: _Element, depth: int) -> list[str]:
        """The written children of an element; each is one complete element."""
        return [written for child in element for written in self._element(child, depth + 1)]

    def _element(self, element: _Element, depth: int) -> Iterator[str]:
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            raise UnreadableFormula
        tag = local_name(element)
        if tag in _TOKENS:
            yield _token(tag, element)
        elif tag == "semantics":
            yield from self.children(element, depth)[:1]
        elif tag not in _DROPPED:
            written = self.children(element, depth)
            if tag not in _LAYOUTS and _ARITIES.get(tag) != len(written):
                tag = "mrow"
            yield f"<{tag}{_attributes(element)}>{''.join(written)}</{tag}>"


def _token(tag: str, element: _Element) -> str:
    words = _INVISIBLE.sub("", "".join(str(piece) for piece in element.itertext())).strip("\r\n\t ")
    if not words and tag == "mo":
        # An operator that only means "applied to" or "times" would be a stray character in a quotation.
        space = element.get("lspace") or ""
        return f'<mspace width="{space}"></mspace>' if _LENGTH.fullmatch(space) else ""
    return f"<{tag}{_attributes(element)}>{escape(words, quote=False)}</{tag}>"


def local_name(element: _Element) -> str:
    """The name of an element without its namespace, as in `mml:mi`."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else "none"


def _attributes(element: _Element) -> str:
    attributes = {str(name): str(value).strip() for name, value in element.attrib.items()}
    if aligned := _ALIGNED.search(attributes.get("style", "")):
        attributes["columnalign"] = aligned[1]
    kept = ((name, value) for name, value in attributes.items() if name in _ATTRIBUTES)
    return "".join(f' {name}="{value}"' for name, value in kept if _ATTRIBUTES[name].fullmatch(value))
