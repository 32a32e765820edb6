"""Rendering the Markdown of articles: with tables, footnotes, formulas, definition lists and HTML, unlike comments."""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.texmath import texmath_plugin

from parley.extraction.maths.tex import formula
from parley.extraction.notes.linking import LABEL, reference

_LABEL = re.compile(LABEL)
_IN_BLOCK = "in block"


def _formula(tex: str, options: dict[str, Any]) -> str:
    return formula(tex, display=bool(options["display_mode"]))


def _renderer(*, whole: bool) -> MarkdownIt:
    """A renderer for `whole` texts, or for one block, which may refer to a note in another block."""
    markdown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(deflist_plugin)
    dollarmath_plugin(
        markdown, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True, renderer=_formula
    )
    texmath_plugin(markdown, delimiters="brackets")
    footnote_plugin(markdown, inline=whole, move_to_end=whole, always_match_refs=not whole)
    for name, rule in _RULES.items():
        markdown.add_render_rule(name, rule)
    return markdown


def _number(token: Token) -> str:
    return str(token.meta["id"] + 1)


def _label_of(token: Token) -> str:
    label = str(token.meta["label"])
    return label if _LABEL.fullmatch(label) else "x"


def _reference(_self: Any, tokens: Sequence[Token], at: int, _options: Any, env: Any) -> str:
    return reference(_label_of(tokens[at]) if _IN_BLOCK in env else _number(tokens[at]))


def _note_open(_self: Any, tokens: Sequence[Token], at: int, _options: Any, env: Any) -> str:
    label = _label_of(tokens[at]) if _IN_BLOCK in env else _number(tokens[at])
    return f'<aside id="fn-{label}" role="doc-footnote">'


def _note_close(_self: Any, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return "</aside>\n"


def _nothing(_self: Any, _tokens: Sequence[Token], _at: int, _options: Any, _env: Any) -> str:
    return ""


def _math(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    display = tokens[at].type != "math_inline"
    written = formula(tokens[at].content, display=display)
    return f"<p>{written}</p>\n" if tokens[at].type == "math_block" else written


def _cell(_self: Any, tokens: Sequence[Token], at: int, _options: Any, _env: Any) -> str:
    """The start of a cell, with its alignment in the attribute that the sanitiser keeps."""
    value = {"text-align:center": "center", "text-align:right": "end"}.get(str(tokens[at].attrGet("style")))
    return f'<{tokens[at].tag} data-align="{value}">' if value else f"<{tokens[at].tag}>"


_RULES = {
    "th_open": _cell,
    "td_open": _cell,
    "footnote_ref": _reference,
    "footnote_block_open": _nothing,
    "footnote_block_close": _nothing,
    "footnote_anchor": _nothing,
    "footnote_open": _note_open,
    "footnote_close": _note_close,
    "footnote_reference_open": _note_open,
    "footnote_reference_close": _note_close,
    "math_inline": _math,
    "math_inline_double": _math,
    "math_block": _math,
}
_WHOLE, _BLOCK = _renderer(whole=True), _renderer(whole=False)


def to_html(text: str) -> str:
    """Render the Markdown of an article. Its notes get numbers. HTML in the text is kept: sanitise it."""
    return str(_WHOLE.render(text))


def block_to_html(text: str) -> str:
    """Render one block. A note stays in its place, a reference may lack its note, and both keep their labels."""
    return str(_BLOCK.render(text, {_IN_BLOCK: True}))
