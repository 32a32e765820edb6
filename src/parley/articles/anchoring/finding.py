"""Finding the words of an anchor, which was created on an old revision, in a new one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from parley.articles.anchoring.alignment import Region, whole_words
from parley.articles.anchoring.document import RevisionText, Span
from parley.articles.anchoring.regions import Contexts
from parley.articles.anchoring.selecting import Selector
from parley.articles.revisions.budget import Budget, partial_match_steps
from parley.extraction.text.words import WORD, collapse, fold, lower

_CLEARLY_MORE = 4  # characters of context by which one of two equal candidates has to win
_MANY = 20  # words that occur this often in a passage cannot be told apart
_MOST_FOUND = 100  # of words with more occurrences, only the first are compared
_EACH_LETTER, _EACH_CONTEXT = 5, 15_000  # cost of searching one letter, and of comparing the context of one span
_DISTINCTIVE_WORDS, _DISTINCTIVE_LETTERS = 4, 12


class ScoredSpan(NamedTuple):
    """Words of the new text, and their similarity to the quote: 1 means that they are the same."""

    span: Span
    similarity: float


class Finder:
    """Two revisions of an article, and results about them that all anchors share."""

    def __init__(self, old: RevisionText, new: RevisionText, merged: Mapping[int, int], budget: Budget) -> None:
        self.old, self.new, self._budget = old, new, budget
        self._contexts = Contexts(old, new, merged, budget)
        self._unchanged_from = cache(self._find_unchanged)

    def find(self, anchor: Selector) -> ScoredSpan | None:
        """Return where the words of `anchor` are now. The most reliable way of finding them is tried first."""
        old_span = self.old_span(anchor)
        if old_span is None:
            return None
        quote = self.old.small[slice(*old_span)]
        if (unchanged := self._find_in_unchanged(old_span)) or self._budget.is_spent:
            return unchanged
        here = self._find_by_region(anchor, quote, old_span)
        if here and here.similarity >= found_by_search(quote):
            return here
        if there := self._elsewhere(anchor, quote):
            return there
        if here and here.similarity >= followed_threshold(quote):
            return here
        return self._search_edited(anchor, quote, old_span)

    def find_passage(self, lineage: int) -> tuple[int, float] | None:
        """Return the lineage of a passage now, its own or the one it was merged into, and how similar the texts are."""
        now = self.continued(lineage)
        before, after = self.old.index.get(lineage), self.new.index.get(now)
        if before is None or after is None:
            return None
        old, new = self.old.passage(before), self.new.passage(after)
        if self._budget.allows(len(old) * len(new)):
            return now, Indel.normalized_similarity(old, new)
        return now, 1.0 if old == new else _words_in_common(old, new)

    def continued(self, lineage: int) -> int:
        """Return the lineage that a passage has now: its own, or that of the passage it was merged into."""
        return lineage if lineage in self.new.index else self._contexts.merged.get(lineage, lineage)

    def old_span(self, anchor: Selector) -> Span | None:
        """Return where the anchor is in the old text, or None if its words are not there."""
        passage = self.old.index.get(anchor.lineage)
        if passage is None:
            return None
        quote, before = fold(collapse(anchor.quote)), fold(anchor.prefix)
        start, end = self.old.starts[passage], self.old.ends[passage]
        whole = before + quote + fold(anchor.suffix)
        exact = self.old.plain.find(whole, max(start - len(before), 0), end - len(before) + len(whole) - 1)
        if exact >= 0:
            return exact + len(before), exact + len(before) + len(quote)
        places = self.old.find(lower(quote), start, end + len(quote))
        spans = ((at, at + len(quote)) for at in places if at < end and self.old.plain.startswith(quote, at))
        return self._best_context(spans, anchor, self.old)

    def _best_context(self, spans: Iterable[Span], anchor: Selector, document: RevisionText) -> Span | None:
        """Return the span whose context agrees most with the anchor's; of very many, only the first are compared."""
        few = list(islice(spans, 1 if self._budget.is_spent else _MOST_FOUND))
        if len(few) > 1 and not self._budget.allows(_EACH_CONTEXT * len(few)):
            return few[0]
        return max(few, key=lambda span: document.matching_context(span, anchor.prefix, anchor.suffix), default=None)

    def _find_in_unchanged(self, old_span: Span) -> ScoredSpan | None:
        """Find the words in passages that are unchanged."""
        first, last = self._passages(old_span)
        index = self._unchanged_from(first, last)
        if index is None:
            return None
        start = old_span[0] - self.old.starts[first] + self.new.starts[index]
        return ScoredSpan((start, start + old_span[1] - old_span[0]), 1.0)

    def _find_unchanged(self, first: int, last: int) -> int | None:
        """Return the index of the first new passage if the passages from `first` up to `last` are unchanged."""
        index = self.new.index.get(self.old.lineages[first])
        if index is None or index + last - first > len(self.new.lineages):
            return None
        is_same = self.old.passages(first, last) == self.new.passages(index, index + last - first)
        return index if is_same else None

    def _find_by_region(self, anchor: Selector, quote: str, old_span: Span) -> ScoredSpan | None:
        """Find the words by the alignment of their region, or verbatim nearby."""
        region = self._contexts.region(*self._passages(old_span))
        if region is None:
            return None
        span = region.follow(*old_span)
        if span is None or self.new.small[slice(*span)] != quote:
            span = self._nearby(anchor, quote, old_span, region) or span
        if span is None or not self._budget.allows(len(quote) * (span[1] - span[0])):
            return None
        return ScoredSpan(span, Indel.normalized_similarity(quote, self.new.small[slice(*span)]))

    def _nearby(self, anchor: Selector, quote: str, old_span: Span, region: Region) -> Span | None:
        """Find the words verbatim in the region or across its ends, but not where other occurrences of them were."""
        letters = region.old[1] - region.old[0] + region.new[1] - region.new[0]
        if not self._budget.allows(_EACH_LETTER * letters):
            return None
        others = set(islice(self.old.find(quote, *region.old), _MANY)) - {old_span[0]}
        if len(others) >= _MANY - 1:
            return None
        taken = {span[0] for at in others if (span := region.follow(at, at + len(quote)))}
        start, end = region.new[0] - len(quote) + 1, region.new[1] + len(quote) - 1
        spans = ((at, at + len(quote)) for at in self.new.find(quote, max(start, 0), end) if at not in taken)
        return self._best_context(spans, anchor, self.new)

    def _elsewhere(self, anchor: Selector, quote: str) -> ScoredSpan | None:
        """Find the words verbatim in a passage that did not have them before."""
        if not is_distinctive(quote) or not self._budget.allows(_EACH_LETTER * len(self.new.small)):
            return None
        spans = ((at, at + len(quote)) for at in self.new.find(quote, 0, len(self.new.small)))
        fresh = islice((span for span in islice(spans, _MOST_FOUND) if not self._was_there(quote, span)), _MANY)
        return self._best((ScoredSpan(span, 1.0) for span in fresh), anchor)

    def _was_there(self, quote: str, span: Span) -> bool:
        """Whether the passage had these words before, so that they are not the ones that moved."""
        after = self.new.at(span[0])
        before = self.old.index.get(self.new.lineages[after])
        if before is None or span[1] > self.new.ends[after]:
            return False
        letters = self.old.ends[before] - self.old.starts[before]
        return not self._budget.allows(_EACH_LETTER * letters) or quote in self.old.passages(before, before + 1)

    def _search_edited(self, anchor: Selector, quote: str, old_span: Span) -> ScoredSpan | None:
        """Find edited words in or beside their passage. Verbatim ones have been looked for already."""
        threshold = found_by_search(quote)
        context = self._contexts.around(*self._passages(old_span)) if threshold < 1 else (0, 0)
        candidates = [self._most_similar(quote, passage, threshold) for passage in range(*context)]
        return self._best(
            (candidate for candidate in candidates if candidate and threshold <= candidate.similarity < 1), anchor
        )

    def _most_similar(self, quote: str, passage: int, threshold: float) -> ScoredSpan | None:
        start, end = self.new.positions((passage, passage + 1))
        if end - start < len(quote):
            return self._whole(quote, (start, end))
        if not self._budget.allows(partial_match_steps(len(quote), end - start)):
            return None
        alignment = fuzz.partial_ratio_alignment(quote, self.new.small[start:end], score_cutoff=100 * threshold)
        if alignment is None:
            return None
        span = whole_words(self.new, (start + alignment.dest_start, start + alignment.dest_end))
        return self._whole(quote, span)

    def _whole(self, quote: str, span: Span) -> ScoredSpan | None:
        """Return these words as a candidate, unless their passage had them before."""
        words = self.new.small[slice(*span)]
        if not self._budget.allows(len(quote) * len(words)) or self._was_there(words, span):
            return None
        return ScoredSpan(span, Indel.normalized_similarity(quote, words))

    def _best(self, candidates: Iterable[ScoredSpan], anchor: Selector) -> ScoredSpan | None:
        """Return the most similar candidate, of equal ones the one with the best context; None if that is ambiguous."""
        found = list(candidates)
        contexts = [self.new.matching_context(scored.span, anchor.prefix, anchor.suffix) for scored in found]
        ranked = sorted(
            ((scored.similarity, context, scored) for scored, context in zip(found, contexts, strict=True)),
            reverse=True,
        )
        if len(ranked) > 1:
            (similarity, context, _), (next_similarity, next_context, _) = ranked[:2]
            if similarity == next_similarity and context < next_context + _CLEARLY_MORE:
                return None
        return ranked[0][2] if ranked else None

    def _passages(self, old_span: Span) -> Span:
        return self.old.at(old_span[0]), self.old.at(old_span[1] - 1) + 1


def _words_in_common(one: str, other: str) -> float:
    """Return the share of words that two different texts have in common; less than 1."""
    some, others = Counter(WORD.findall(one)), Counter(WORD.findall(other))
    return 2 * (some & others).total() / (some.total() + others.total() + 1)


def found_by_search(quote: str) -> float:
    """Return the threshold for a passage that was searched: of 1,000 unrelated passages, one exceeds it."""
    return 0.6 + 1.2 / _words(quote)


def followed_threshold(quote: str) -> float:
    """Return the threshold for words found by alignment: of 100 unrelated ones, one exceeds it."""
    return 0.5 + 0.2 / _words(quote)


def is_distinctive(quote: str) -> bool:
    """Whether the quote is so long that the same words, new in another passage, must be the moved ones."""
    return _words(quote) >= _DISTINCTIVE_WORDS and len(quote) >= _DISTINCTIVE_LETTERS


def _words(quote: str) -> int:
    return len(WORD.findall(quote)) or 1
