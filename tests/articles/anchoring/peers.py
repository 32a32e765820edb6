"""Small versions of how two other sites find anchors again, to compare with ours."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from parley.articles.anchoring import CONTEXT, DocumentBlock, Selector
from parley.articles.anchoring.document import RevisionText
from parley.extraction.text.words import fold, lower

Found = tuple[str | None, int]  # the words that are taken for the quote, and the passage in which they begin


def exact(quote: str, new: Sequence[DocumentBlock]) -> Found:
    """LessWrong's side comments: the first block in which the quote stands as it is."""
    at = next((at for at, one in enumerate(new) if quote in one.text), None)
    return (None, 0) if at is None else (quote, at)


class Closest:
    """Hypothesis' match-quote: where the quote stands verbatim, else the best fuzzy match, however poor it is.

    Of several places the one with the text around it and the position that the quote had.
    """

    def __init__(self, old: Sequence[DocumentBlock], new: Sequence[DocumentBlock]) -> None:
        self._old, self._new = RevisionText(old), RevisionText(new)

    def find(self, anchor: Selector, quote: str) -> Found:
        text = self._new.text
        was = self._old.text.find(quote, self._old.starts[self._old.index[anchor.lineage]])
        spans = [(at, at + len(quote)) for at in self._new.find(lower(fold(quote)), 0, len(text))]
        if not spans:
            best = fuzz.partial_ratio_alignment(quote, text)
            assert best
            spans = [(best.dest_start, best.dest_end)]
        prefix, suffix = self._old.around((was, was + len(quote)))
        start, end = max(spans, key=lambda span: self._score(span, was, prefix, suffix))
        return text[start:end], self._new.at(start)

    def _score(self, span: tuple[int, int], was: int, prefix: str, suffix: str) -> float:
        around = 20 * self._new.matching_context(span, prefix, suffix) / CONTEXT
        return around + 2 * (1 - abs(span[0] - was) / max(len(self._new.text), 1))
