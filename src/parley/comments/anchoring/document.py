"""A revision as one text, in which each passage has its place."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec
from rapidfuzz.distance import Postfix, Prefix

from parley.articles.words import collapsed, folded

CONTEXT = 32  # characters kept of the text before and after a quote, as Hypothesis does

Span = tuple[int, int]  # from a position or an index up to another one


class DocumentBlock(msgspec.Struct, frozen=True):
    """A passage of a revision: its lineage and its words."""

    lineage: int
    text: str


class Document:
    """The passages of a revision, joined by spaces. `plain` is the same text, folded; positions are equal in both."""

    def __init__(self, blocks: Sequence[DocumentBlock]) -> None:
        self.lineages = [one.lineage for one in blocks]
        self.place = {lineage: at for at, lineage in enumerate(self.lineages)}
        self.starts: list[int] = []
        self.ends: list[int] = []
        texts = [collapsed(one.text) for one in blocks]
        at = 0
        for text in texts:
            self.starts.append(at)
            self.ends.append(at + len(text))
            at += len(text) + bool(text)
        self.text = " ".join(filter(None, texts))
        self.plain = folded(self.text)

    def at(self, position: int) -> int:
        """The index of the passage in which `position` is."""
        return bisect_right(self.starts, position) - 1

    def positions(self, passages: Span) -> Span:
        """Where the text of passages from an index up to another one begins and ends."""
        first, last = passages
        return self.starts[first], self.ends[last - 1]

    def passages(self, first: int, last: int) -> str:
        return self.plain[slice(*self.positions((first, last)))]

    def find(self, quote: str, start: int, end: int) -> Iterator[int]:
        """Where `quote`, folded, stands between two positions; occurrences may overlap."""
        at = self.plain.find(quote, start, end)
        while at >= 0:
            yield at
            at = self.plain.find(quote, at + 1, end)

    def around(self, span: Span) -> tuple[str, str]:
        """The text before and after, up to `CONTEXT` characters of each."""
        start, end = span
        return self.text[max(start - CONTEXT, 0) : start], self.text[end : end + CONTEXT]

    def context(self, span: Span, prefix: str, suffix: str) -> int:
        """How many characters next to a span are those of `prefix` and `suffix`."""
        start, end = span
        before, after = self.plain[max(start - CONTEXT, 0) : start], self.plain[end : end + CONTEXT]
        here = Postfix.similarity(before.rstrip(), folded(prefix).rstrip())
        return here + Prefix.similarity(after.lstrip(), folded(suffix).lstrip())
