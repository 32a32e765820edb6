"""Turns bare URLs in Markdown into links, in linear time."""

import re

import re2  # type: ignore[import-untyped]
from markdown_it.rules_inline import StateInline

# Only URLs with http:// or https:// become links; "node.js" and "e.g.this" are words.
SCHEME = re.compile(r"(?:^|[^a-z0-9.+-])(https?)\Z", re.IGNORECASE)
_LABEL = r"[\pL\pN\pM\p{So}]+(?:-+[\pL\pN\pM\p{So}]+)*"
# RE2 is linear for every text. A host does not end before punctuation that may be part of a host.
AUTHORITY = re2.compile(rf"://(?:[^\s\pC/@\[\]()<>\\]{{1,50}}@)?{_LABEL}(?:\.{_LABEL})*(?::\d{{1,5}})?")
NO_END = re.compile(r"[-_@]|:\d|\.[-\w]")
# A host has at most 253 characters; we allow 50 for a user and a password before it.
LONGEST_AUTHORITY = 320
# A backslash is the mark of a line break or another character that Markdown escapes.
PATH = re.compile(r"[/?#][^\s\x00-\x1f\x7f-\x9f<>\\\uff5c]*")
BRACKET = re.compile(r"[][(){}]")
OPENING = {")": "(", "]": "[", "}": "{"}
# Punctuation at the end of a URL belongs to the sentence.
AFTER = "?!.,:;*_~'\"([{…”’»。、，！？"  # noqa: RUF001 also those of other scripts


def link(state: StateInline, silent: bool) -> bool:
    """A rule of the parser: at the colon of a bare URL, insert a link."""
    if state.linkLevel or not state.src.startswith("://", state.pos, state.posMax):
        return False
    scheme = SCHEME.search(state.pending[-len("-https") :])
    rest = rest_of(state.src, state.pos, state.posMax) if scheme else ""
    if scheme is None or not rest:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        _push(state, scheme[1] + rest)
    state.pos += len(rest)
    return True


def rest_of(text: str, start: int, stop: int) -> str:
    """Return the rest of a URL in `text` from its colon at `start`, up to `stop`; "" if there is no URL."""
    authority = AUTHORITY.match(text[start : min(start + LONGEST_AUTHORITY, stop)])
    if authority is None or NO_END.match(text, start + authority.end(), stop):
        return ""
    end = start + authority.end()
    path = PATH.match(text, end, stop)
    return (text[start:end] + _until_unopened_bracket(path[0])).rstrip(AFTER) if path else text[start:end]


def _until_unopened_bracket(path: str) -> str:
    """Return `path` up to the first closing bracket that was not opened in it."""
    opened = dict.fromkeys(OPENING.values(), 0)
    for bracket in BRACKET.finditer(path):
        if bracket[0] in opened:
            opened[bracket[0]] += 1
        elif opened[OPENING[bracket[0]]] == 0:
            return path[: bracket.start()]
        else:
            opened[OPENING[bracket[0]]] -= 1
    return path


def _push(state: StateInline, address: str) -> None:
    """Insert a link to the URL as typed. Browsers encode it, and markdown-it's normalisation takes 80 µs."""
    opens = state.push("link_open", "a", 1)
    opens.attrs = {"href": address}
    opens.markup, opens.info = "linkify", "auto"
    state.push("text", "", 0).content = address
    closes = state.push("link_close", "a", -1)
    closes.markup, closes.info = "linkify", "auto"
