"""Mentions: an @ and a name in a text, but not in its code, links or quotations."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

# Not inside an e-mail address, a path or a version.
BEGINS = re.compile(r"(?<![\w@/.+-])@(?=\w)")
LONGEST_NAME = 30
INSIDE = "._-"


def found_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of each mention in `text`, including its @."""
    for match in BEGINS.finditer(text):
        end = start = match.end()
        while end < len(text) and end - start < LONGEST_NAME and _is_of_name(text[end]):
            end += 1
        name = text[start:end].rstrip(INSIDE)
        yield match.start(), start + len(name)


def names_in(tokens: Iterable[Token]) -> list[str]:
    """Return the names that a parsed text mentions, as typed, each once, in the order of the text."""
    names: dict[str, None] = {}
    quotes = 0
    for token in tokens:
        quotes += token.nesting if token.type.startswith("blockquote") else 0
        if token.type == "inline" and not quotes:
            for text in _words(token.children or []):
                names |= dict.fromkeys(text.content[start + 1 : end] for start, end in found_in(text.content))
    return list(names)


def link(state: StateCore) -> None:
    """A rule of the parser: mentions in `env["members"]` (name as typed: member's name) become links."""
    members = state.env.get("members")
    if not members:
        return
    for block in state.tokens:
        if block.type == "inline" and block.children:
            words = set(map(id, _words(block.children)))
            parts = [_link_mentions(child, members) if id(child) in words else [child] for child in block.children]
            block.children = [token for part in parts for token in part]


def _words(children: Sequence[Token]) -> Iterator[Token]:
    """Yield the text tokens of a block that are not part of a link."""
    links = 0
    for token in children:
        if token.type in ("link_open", "link_close"):
            links += token.nesting
        elif token.type == "text" and not links and "@" in token.content:
            yield token


def _link_mentions(token: Token, members: dict[str, str]) -> list[Token]:
    text, parts, last = token.content, [], 0
    for start, end in found_in(text):
        member = members.get(text[start + 1 : end])
        if member is not None:
            href = {"href": f"/u/{quote(member)}"}
            parts += [_text(text[last:start]), Token("link_open", "a", 1, attrs=dict(href)), _text(text[start:end])]
            parts.append(Token("link_close", "a", -1))
            last = end
    return [*parts, _text(text[last:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _is_of_name(char: str) -> bool:
    return char.isalnum() or char in INSIDE or unicodedata.category(char) in {"Mn", "Mc"}
