"""A comment as rules see it: its text, and facts about its author and thread at that moment."""

import re
from functools import cached_property
from typing import NamedTuple

import msgspec

from parley.discussion.commenting.drafts import Signature
from parley.moderation.matching import score
from parley.moderation.matching.links import is_often_linked, written_addresses
from parley.moderation.matching.score import Buckets
from parley.moderation.matching.signature import likeness, signature
from parley.platform.cache import by_text
from parley.platform.text import markdown
from parley.platform.text.folding import fold, fold_alike, unfurl
from parley.platform.text.hosts import bare_host, host_of

# Only the beginning of a text is compared, which bounds the cost.
LONGEST_COMPARED = 1_000
HREF = re.compile(r'<a href="([^"]*)"')
# Every link contains one of these. Rendering a text to find its links costs more than all other conditions.
LINK_MARKS = ("//", "](", "]:", ":")
# A word with an address in it.
LINK = re.compile(r"://|^www\.|\w\.[a-z]{2}")
# What Markdown or HTML is made of. Without any of these a text is shown as it was typed.
MARKUP = re.compile(r"[][\\`~*_!<>&#|]")


class Label(NamedTuple):
    """What a webhook said of a comment: a label, in small letters, and a score from 0 to 1."""

    label: str
    score: float


class EarlierPost(msgspec.Struct, frozen=True):
    """The signature of an earlier post, `seconds` ago; `own`: by the same author."""

    author: int
    own: bool
    seconds: float
    sketch: bytes
    hosts: list[str]


class Post(msgspec.Struct, frozen=True, dict=True):
    """The input of rules."""

    body: str
    assisted: bool = False
    # Of its author: days since they signed up, comments let in (at most 100), decisions against them in 90 days.
    age: float = 0.0
    comments: int = 0
    upheld: int = 0
    # As in facts.AuthorRecord; trust.py says what they count for.
    days_present: int = 0
    stood: int = 0
    upheld_reports: int = 0
    # The keys of its author's present name and those of the last year (people/accounts/names.py).
    names: tuple[str, ...] = ()
    # The number of its thread; 0 for other texts.
    thread: int = 0
    # Seconds since each of their comments of the last hour.
    since: tuple[float, ...] = ()
    # Recent posts by its author and by anyone, newest first, each as `comparable` returns it.
    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    # Of the last thirty days those that may be near-copies, and of the last hour those that link to the same host.
    earlier: tuple[EarlierPost, ...] = ()
    # How many of its author's last 100 comments have a link.
    linked: int = 0
    # The heat of its thread (discussion/slow_mode/heat.py).
    heat: float = 0.0
    # Known only after it was posted (automod/labels.py).
    labels: tuple[Label, ...] = ()
    # The rendered body, if it was rendered already.
    html: str = ""

    @cached_property
    def rendered(self) -> str:
        return self.html or markdown.render(self.body)

    @cached_property
    def shown(self) -> str:
        """The text that readers see, without differences of width and invisible characters."""
        if not MARKUP.search(self.body):
            return unfurl(self.body)
        return unfurl(markdown.plain(self.rendered))

    @cached_property
    def text(self) -> str:
        """As `shown`, without differences of case."""
        return self.shown.casefold()

    @cached_property
    def alike(self) -> str:
        """As `text`, with letters that look alike made the same, and spaced words joined."""
        return fold_alike(self.text)

    @cached_property
    def compared(self) -> str:
        return comparable(self.body)

    @cached_property
    def score(self) -> float:
        """How much it is like advertising, from 0 to 1 (score.py)."""
        return score.score(self.alike, len(self.seldom_linked))

    @property
    def buckets(self) -> Buckets:
        """What the score is learned from."""
        return Buckets.of(self.alike, len(self.seldom_linked))

    @cached_property
    def links(self) -> tuple[str, ...]:
        """The addresses of its links, as rendered, and those that readers would have to type."""
        marked = any(mark in self.body for mark in LINK_MARKS)
        rendered = HREF.findall(self.rendered) if marked else []
        return (*rendered, *written_addresses(self.alike, rendered))

    @property
    def seldom_linked(self) -> tuple[str, ...]:
        """The links to sites that discussions seldom link to."""
        return tuple(link for link in self.links if not is_often_linked(bare_host(link)))

    @property
    def words_beside_links(self) -> int:
        return sum(not LINK.search(word) for word in self.text.split())

    @cached_property
    def signature(self) -> Signature:
        return signature(self.alike, self.hosts)

    def likeness(self, other: EarlierPost) -> float:
        """How much it is like an earlier post, from 0 to 1, estimated from their signatures."""
        return likeness(self.signature.sketch, other.sketch)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        return tuple(host for link in self.links if (host := host_of(link)))


@by_text("compared", most_bytes=4 * 2**20)
def comparable(text: str) -> str:
    """The beginning of `text`, folded, with single spaces."""
    return " ".join(fold(text[:LONGEST_COMPARED]).split())
