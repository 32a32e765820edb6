"""A revision as one text, with the positions of its passages."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

import msgspec
from rapidfuzz.distance import Postfix, Prefix

from parley.extraction.text.words import collapse, fold, lower

CONTEXT = 32  # characters of the text before and after a quote that a selector keeps, as Hypothesis does

Span = tuple[int, int]  # from a position (or an index) up to, but not including, another one


class DocumentBlock(msgspec.Struct, frozen=True):
    lineage: int
    text: str


class Letters(msgspec.Struct, frozen=True):
    """A folded text without its spaces, and where each of its letters stands in the text."""

    text: str
    positions: list[int]

    def from_position(self, position: int) -> int:
        """Return the index of the first letter at or after a position."""
        return bisect_left(self.positions, position)

    def span(self, at: int, length: int) -> Span:
        """Return the span of `length` letters from an index on."""
        return self.positions[at], self.positions[at + length - 1] + 1


class RevisionText:
    """The passages of a revision, joined by spaces.

    `plain` is the folded text, and `small` that text in small letters, both with the same positions as `text`.
    """

    def __init__(self, blocks: Sequence[DocumentBlock]) -> None:
        self.lineages = [block.lineage for block in blocks]
        self.index = {lineage: index for index, lineage in enumerate(self.lineages)}
        self.starts: list[int] = []
        self.ends: list[int] = []
        texts = [collapse(block.text) for block in blocks]
        position = 0
        for text in texts:
            self.starts.append(position)
            self.ends.append(position + len(text))
            position += len(text) + bool(text)
        self.text = " ".join(filter(None, texts))
        self.plain = fold(self.text)
        self.small = lower(self.plain)

    @cached_property
    def letters(self) -> Letters:
        positions = [at for at, char in enumerate(self.plain) if char != " "]
        return Letters(self.plain.replace(" ", ""), positions)

    def at(self, position: int) -> int:
        return bisect_right(self.starts, position) - 1

    def positions(self, passages: Span) -> Span:
        first, last = passages
        return self.starts[first], self.ends[last - 1]

    def passage(self, index: int) -> str:
        return self.plain[self.starts[index] : self.ends[index]]

    def passages(self, first: int, last: int) -> str:
        """Return the text of the passages from `first` up to `last`, in small letters."""
        return self.small[slice(*self.positions((first, last)))]

    def find(self, quote: str, start: int, end: int) -> Iterator[int]:
        """Yield where `quote`, in small letters, begins between two positions; occurrences may overlap."""
        at = self.small.find(quote, start, end)
        while at >= 0:
            yield at
            at = self.small.find(quote, at + 1, end)

    def around(self, span: Span) -> tuple[str, str]:
        """Return the text before and after a span, up to `CONTEXT` characters of each."""
        start, end = span
        return self.text[max(start - CONTEXT, 0) : start], self.text[end : end + CONTEXT]

    def matching_context(self, span: Span, prefix: str, suffix: str) -> int:
        """Return how many characters next to a span agree with `prefix` and `suffix`."""
        start, end = span
        before, after = self.plain[max(start - CONTEXT, 0) : start], self.plain[end : end + CONTEXT]
        matching = Postfix.similarity(before.rstrip(), fold(prefix).rstrip())
        return matching + Prefix.similarity(after.lstrip(), fold(suffix).lstrip())
