"""Finding the formulas of a page: MathML, and the TeX of MathJax, KaTeX and pictures of formulas."""

import re
from collections.abc import Iterator
from functools import partial

from lxml import etree
from lxml.html import HtmlElement

from parley.extraction.maths.mathml import UnreadableFormula, local_name, write_mathml
from parley.extraction.maths.tex import formula, tex_to_mathml
from parley.extraction.text.tokens import Tokens

_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"
# Outer elements first: what a script made of a formula stands beside the formula itself.
_BOXES = " | ".join(
    f".//*[{_CLASS.format(name)}]"
    for name in ("katex-display", "katex", "mwe-math-element", "MathJax_Display", "MathJax", "MathJax_SVG")
)
_FORMULAS = etree.XPath(
    f"{_BOXES} | .//mjx-container | .//math | .//*[local-name() = 'mml:math'] | .//script[starts-with(@type, 'math/')]"
    f" | .//img[@alt and (contains(@class, 'latex') or contains(@class, 'tex ') or contains(@src, 'latex.php'))]"
)
_PREVIEWS = etree.XPath(f".//*[{_CLASS.format('MathJax_Preview')}]")
_RENDERER = re.compile(r"mathjax|katex", re.IGNORECASE)
_INLINE_DOLLAR = re.compile(r"inlineMath[^}]{0,80}['\"]\$['\"]|left:\s*['\"]\$['\"]")
# Between delimiters of the same kind stands no other one, so that a pattern never looks far.
_INNER = r"[^\\]*(?:\\(?![()\[\]])[^\\]*){0,400}"
_DELIMITED = rf"\\\((?P<round>{_INNER})\\\)|\\\[(?P<square>{_INNER})\\\]|\$\$(?P<double>[^$]{{1,2000}})\$\$"
_TEX = re.compile(_DELIMITED)
_TEX_WITH_DOLLAR = re.compile(_DELIMITED + r"|(?<![\\$\w])\$(?P<single>[^\s$](?:[^$\n]{0,500}[^\s$\\])?)\$(?![\w$])")
_VERBATIM = {"code", "pre", "script", "style", "textarea", "kbd", "samp"}
_MOST = 3_000


def take_formulas(tree: HtmlElement, tokens: Tokens) -> None:
    """Replace the formulas in `tree` by tokens, which stand for them as MathML while the article is searched."""
    for preview in _PREVIEWS(tree):
        preview.drop_tree()
    delimiters = _delimiters(tree)
    for element in _FORMULAS(tree)[:_MOST]:
        if element.getroottree().getroot() is tree and element.getparent() is not None:
            _take(element, tokens)
    if delimiters:
        _take_delimited(tree, delimiters, tokens)


def _take(element: HtmlElement, tokens: Tokens) -> None:
    display = _is_display(element)
    written = next(_write_formula(element, display=display), None)
    if written is None and element.tag == "img":
        return
    token = tokens.add(written) if written else ""
    element.tail = f"{token}{element.tail or ''}"
    element.drop_tree()


def _write_formula(element: HtmlElement, *, display: bool) -> Iterator[str]:
    """The formula as MathML: from the page's own MathML, else from its TeX."""
    tex = _tex(element)
    math = next((child for child in element.iter() if local_name(child) == "math"), None)
    try:
        if math is not None:
            yield write_mathml(math, display=display, tex=tex)
        elif tex and element.tag == "img":
            yield tex_to_mathml(tex, display=display)
    except UnreadableFormula:
        pass
    if tex and element.tag != "img":
        yield formula(tex, display=display)


def _tex(element: HtmlElement) -> str:
    if element.tag == "script":
        return (element.text or "").strip()
    if element.tag == "img":
        return (element.get("alt") or "").strip().strip("$")
    for part in element.iter():
        if local_name(part) == "annotation" and "tex" in (part.get("encoding") or "").lower():
            return (part.text or "").strip()
        if local_name(part) == "math" and (stated := part.get("alttext")):
            return _without_style(stated.strip())
    return ""


def _without_style(tex: str) -> str:
    """The formula within the command that Wikipedia puts around each one."""
    return tex.removeprefix("{\\displaystyle ").removesuffix("}").strip() if tex.startswith("{\\displaystyle ") else tex


def _is_display(element: HtmlElement) -> bool:
    boxes = (element, *element.iterancestors())[:2]
    marks = " ".join(f"{box.get('class') or ''} {box.get('mode') or ''}" for box in boxes)
    return (
        "display" in marks.lower().replace("displaystyle", "")
        or "mode=display" in (element.get("type") or "").replace(" ", "")
        or any(child.get("display") in ("block", "true") for child in element.iter() if isinstance(child.tag, str))
    )


def _delimiters(tree: HtmlElement) -> re.Pattern[str] | None:
    """The delimiters of TeX that the page's own script replaces, if it has one."""
    scripts = [f"{script.get('src') or ''} {(script.text or '')[:4_000]}" for script in tree.iter("script")]
    if not any(_RENDERER.search(script) for script in scripts):
        return None
    return _TEX_WITH_DOLLAR if any(_INLINE_DOLLAR.search(script) for script in scripts) else _TEX


def _take_delimited(tree: HtmlElement, delimiters: re.Pattern[str], tokens: Tokens) -> None:
    as_token = partial(_as_token, tokens=tokens)
    verbatim: set[HtmlElement] = set()
    for element in tree.iter():
        outside = element.getparent() in verbatim
        if outside or element.tag in _VERBATIM:
            verbatim.add(element)
        elif element.text:
            element.text = delimiters.sub(as_token, element.text)
        if element.tail and not outside:
            element.tail = delimiters.sub(as_token, element.tail)


def _as_token(match: re.Match[str], tokens: Tokens) -> str:
    display = bool(match["square"] or match["double"])
    return tokens.add(formula(next(filter(None, match.groups()), ""), display=display))
