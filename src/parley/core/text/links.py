"""Bare addresses in Markdown become links. Each character is looked at a bounded number of times."""

import re

import re2  # type: ignore[import-untyped]
from markdown_it.rules_inline import StateInline

# Only what begins with http:// or https:// is meant as a link; "node.js" and "e.g.this" are words.
SCHEME = re.compile(r"(?:^|[^a-z0-9.+-])(https?)\Z", re.IGNORECASE)
_LABEL = r"[\pL\pN\pM\p{So}]+(?:-+[\pL\pN\pM\p{So}]+)*"
# RE2 takes time in proportion to the text, whatever the text is. Punctuation that goes on as a host does is no end.
AUTHORITY = re2.compile(rf"://(?:[^\s\pC/@\[\]()<>]{{1,50}}@)?{_LABEL}(?:\.{_LABEL})*(?::\d{{1,5}})?")
NO_END = re.compile(r"[-_@]|:\d|\.[-\w]")
# A host has up to 253 characters, a user and a password before it up to 50.
LONGEST_AUTHORITY = 320
PATH = re.compile(r"[/?#][^\s\x00-\x1f\x7f-\x9f<>\uff5c]*")
BRACKET = re.compile(r"[][(){}]")
OPENING = {")": "(", "]": "[", "}": "{"}
# Marks at the end of an address belong to the sentence around it.
AFTER = "?!.,:;*_~'\"([{…”’»。、，！？"  # noqa: RUF001 also those of other scripts


def link(state: StateInline, silent: bool) -> bool:
    """A rule of the parser: at the colon of a bare address, make the address a link to itself."""
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
    """The address in `text` from its colon on, which is at `start`, not beyond `stop`; "" where there is none."""
    authority = AUTHORITY.match(text[start : min(start + LONGEST_AUTHORITY, stop)])
    if authority is None or NO_END.match(text, start + authority.end(), stop):
        return ""
    end = start + authority.end()
    path = PATH.match(text, end, stop)
    return (text[start:end] + _closed(path[0])).rstrip(AFTER) if path else text[start:end]


def _closed(path: str) -> str:
    """`path` up to the first bracket that closes one outside of it."""
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
    """The address as it was typed: browsers encode it, and markdown-it's normalisation takes 80 us."""
    opens = state.push("link_open", "a", 1)
    opens.attrs = {"href": address}
    opens.markup, opens.info = "linkify", "auto"
    state.push("text", "", 0).content = address
    closes = state.push("link_close", "a", -1)
    closes.markup, closes.info = "linkify", "auto"
