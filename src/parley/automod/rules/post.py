"""A comment as rules see it: its text, and facts about its author and thread at that moment."""

import re
import unicodedata
from functools import cached_property
from urllib.parse import urlsplit

import msgspec

from parley.core.cache import by_text
from parley.core.text import markdown

# Only the beginning of a text is compared, which bounds the cost.
LONGEST_COMPARED = 1_000
HREF = re.compile(r'<a href="([^"]*)"')
# Every link contains one of these. Rendering a text to find its links costs more than all other conditions.
LINK_MARKS = ("//", "](", "]:", ":")
# Invisible characters, which split a word for software but not for readers.
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# NFKC expands these two ligatures to 18 and 8 letters: a long comment of them would take 125 ms.
LIGATURES = dict.fromkeys((0xFDFA, 0xFDFB), " ")


class Post(msgspec.Struct, frozen=True, dict=True):
    """The input of rules."""

    body: str
    assisted: bool = False
    # Of its author: days since they signed up, comments let in (at most 100), decisions against them in 90 days.
    age: float = 0.0
    comments: int = 0
    upheld: int = 0
    # Seconds since each of their comments of the last hour.
    since: tuple[float, ...] = ()
    # Recent posts by its author and by anyone, newest first.
    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    # The heat of its thread (slow_mode/heat.py).
    heat: float = 0.0
    # The rendered body, if it was rendered already.
    html: str = ""

    @cached_property
    def text(self) -> str:
        """The body without differences of case, width and invisible characters."""
        return folded(self.body)

    @cached_property
    def compared(self) -> str:
        return comparable(self.body)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The addresses of its links, as rendered."""
        if not any(mark in self.body for mark in LINK_MARKS):
            return ()
        return tuple(HREF.findall(self.html or markdown.render(self.body)))

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for link in self.links if (host := _host(link)))


def folded(text: str) -> str:
    """`text` without differences of case, width and invisible characters."""
    return unicodedata.normalize("NFKC", text.translate(LIGATURES)).translate(INVISIBLE).casefold()


@by_text("compared", most_bytes=4 * 2**20)
def comparable(text: str) -> str:
    """The beginning of `text`, folded, with single spaces."""
    return " ".join(folded(text[:LONGEST_COMPARED]).split())


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").rstrip(".")
    except ValueError:
        return ""
