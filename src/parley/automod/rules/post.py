"""A comment as the rules see it: its words, and what is known of its author and its thread at that moment."""

import re
import unicodedata
from functools import cached_property
from urllib.parse import urlsplit

import msgspec

from parley.core.cache import by_text
from parley.core.text import markdown

# Of a longer text the beginning is compared: that bounds what a comparison costs.
LONGEST_COMPARED = 1_000
HREF = re.compile(r'<a href="([^"]*)"')
# What no link can be written without: rendering a text to find its links costs more than all other rules.
MARKS_OF_LINKS = ("//", "](", "]:", ":")
# Characters that are there to be missed: they part a word for machines and not for eyes.
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
# Compatibility forms write these two ligatures with 18 and 8 letters: a long comment of them would take 125 ms.
LIGATURES = dict.fromkeys((0xFDFA, 0xFDFB), " ")


class Post(msgspec.Struct, frozen=True, dict=True):
    """What is judged. Nothing in it changes while it is, so the same post always has the same hits."""

    body: str
    assisted: bool = False
    # Days since its author signed up, their comments that were let in (100 count as all), and how many decisions of
    # the last 90 days took something of theirs away.
    age: float = 0.0
    comments: int = 0
    upheld: int = 0
    # Seconds since each of their comments of the last hour.
    since: tuple[float, ...] = ()
    # What was posted before this one, the newest first: by its author, and by anyone.
    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    # How heated its thread is (automod/slow_mode.py).
    heat: float = 0.0
    # As it is rendered, where that has been done already.
    html: str = ""

    @cached_property
    def text(self) -> str:
        """The words as they are compared: case, width and unseen characters do not count."""
        return folded(self.body)

    @cached_property
    def compared(self) -> str:
        return comparable(self.body)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The addresses that it links to, as readers will find them."""
        if not any(mark in self.body for mark in MARKS_OF_LINKS):
            return ()
        return tuple(HREF.findall(self.html or markdown.render(self.body)))

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for link in self.links if (host := _host(link)))


def folded(text: str) -> str:
    """`text` without case, width and unseen characters."""
    return unicodedata.normalize("NFKC", text.translate(LIGATURES)).translate(UNSEEN).casefold()


@by_text("compared", most_bytes=4 * 2**20)
def comparable(text: str) -> str:
    """What of `text` is compared with other posts."""
    return " ".join(folded(text[:LONGEST_COMPARED]).split())


def _host(link: str) -> str:
    try:
        return (urlsplit(link).hostname or "").rstrip(".")
    except ValueError:
        return ""
