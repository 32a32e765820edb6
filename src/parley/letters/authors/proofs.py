"""What the head of a page says about its author. Only the head counts: readers may have written parts of the body."""

from contextlib import suppress
from html.parser import HTMLParser

import msgspec

# Characters of a page that are parsed. No head is longer.
LONGEST_PARSED = 200_000


class AuthorLinks(msgspec.Struct, frozen=True):
    """The addresses that a page links as its author's (`rel=me`), and its `parley-author` tokens."""

    me: frozenset[str]
    tokens: frozenset[str]


class _HeadParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.me: set[str] = set()
        self.tokens: set[str] = set()
        self.is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.is_over or tag not in {"html", "head", "link", "meta", "title", "style", "script", "base", "noscript"}:
            self.is_over = True
            return
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and "me" in values.get("rel", "").lower().split():
            self.me.add(values.get("href", "").strip())
        if tag == "meta" and values.get("name", "").strip().lower() == "parley-author":
            self.tokens.add(values.get("content", "").strip())

    def handle_endtag(self, tag: str) -> None:
        self.is_over = self.is_over or tag == "head"


def read_head(html: str) -> AuthorLinks:
    """Read the head of a page, up to the first element that belongs to the body."""
    parser = _HeadParser()
    # The parser fails on a malformed declaration, such as `<![![`. What stands before it counts.
    with suppress(AssertionError):
        parser.feed(html[:LONGEST_PARSED])
    return AuthorLinks(frozenset(parser.me), frozenset(parser.tokens))
