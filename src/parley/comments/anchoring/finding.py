"""Where words of the former text stand in the new one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from parley.articles.budget import Budget, at_every_place
from parley.articles.words import WORD, collapsed, folded
from parley.comments.anchoring import thresholds
from parley.comments.anchoring.document import Document, Span
from parley.comments.anchoring.regions import Contexts, Region, whole_words
from parley.comments.anchoring.selecting import Selector

_AROUND = 4  # letters more around a place than around another one, by which it is told from that
_MANY = 20  # what stands in a passage so often cannot be told apart
_MOST_FOUND = 100  # of words that are found more often, one of the first is taken
_EACH_LETTER, _EACH_CONTEXT = 5, 15_000  # what it costs to look through one letter, or at the text around a place


class Candidate(NamedTuple):
    """Words of the new text, and how like they are to those that are looked for: 1 means that they are the same."""

    span: Span
    likeness: float


class Finder:
    """Two revisions of an article, and what was worked out about them for all anchors."""

    def __init__(self, old: Document, new: Document, merged: Mapping[int, int], budget: Budget) -> None:
        self.old, self.new, self._budget = old, new, budget
        self._contexts = Contexts(old, new, merged, budget)
        self._same = cache(self._same_passages)

    def find(self, anchor: Selector) -> Candidate | None:
        """The words of `anchor` where they are now, from the surest way of knowing to the least sure one."""
        was = self._where(anchor)
        if was is None:
            return None
        quote = self.old.plain[slice(*was)]
        if (same := self._unchanged(was)) or self._budget.is_spent:
            return same
        here = self._followed(anchor, quote, was)
        if here and here.likeness >= thresholds.found_by_search(quote):
            return here
        if there := self._elsewhere(anchor, quote):
            return there
        return here if here and here.likeness >= thresholds.followed(quote) else self._searched(anchor, quote, was)

    def find_passage(self, lineage: int) -> tuple[int, float] | None:
        """The lineage that a passage has now, by itself or merged into another, and how like it is to what it was."""
        was = self.old.place.get(lineage)
        now = lineage if lineage in self.new.place else self._contexts.merged.get(lineage, lineage)
        at = self.new.place.get(now)
        if was is None or at is None:
            return None
        before, after = self.old.passages(was, was + 1), self.new.passages(at, at + 1)
        if self._budget.allows(len(before) * len(after)):
            return now, Indel.normalized_similarity(before, after)
        return now, 1.0 if before == after else _words_in_common(before, after)

    def _where(self, anchor: Selector) -> Span | None:
        """Where the anchor stands on the former text."""
        at = self.old.place.get(anchor.lineage)
        if at is None:
            return None
        quote, before = folded(collapsed(anchor.quote)), folded(anchor.prefix)
        start, end = self.old.starts[at], self.old.ends[at]
        whole = before + quote + folded(anchor.suffix)
        exact = self.old.plain.find(whole, max(start - len(before), 0), end - len(before) + len(whole) - 1)
        if exact >= 0:
            return exact + len(before), exact + len(before) + len(quote)
        spans = ((one, one + len(quote)) for one in self.old.find(quote, start, end + len(quote)) if one < end)
        return self._likest_around(spans, anchor, self.old)

    def _likest_around(self, spans: Iterable[Span], anchor: Selector, document: Document) -> Span | None:
        """The one with most of the same text around it; one of the first where there are very many."""
        few = list(islice(spans, _MOST_FOUND))
        if len(few) > 1 and not self._budget.allows(_EACH_CONTEXT * len(few)):
            return few[0]
        return max(few, key=lambda span: document.context(span, anchor.prefix, anchor.suffix), default=None)

    def _unchanged(self, was: Span) -> Candidate | None:
        """In passages that read as they did."""
        first, last = self._passages(was)
        at = self._same(first, last)
        if at is None:
            return None
        start = was[0] - self.old.starts[first] + self.new.starts[at]
        return Candidate((start, start + was[1] - was[0]), 1.0)

    def _same_passages(self, first: int, last: int) -> int | None:
        """The first of the new passages that read as those from `first` up to `last` did."""
        at = self.new.place.get(self.old.lineages[first])
        if at is None or at + last - first > len(self.new.lineages):
            return None
        return at if self.old.passages(first, last) == self.new.passages(at, at + last - first) else None

    def _followed(self, anchor: Selector, quote: str, was: Span) -> Candidate | None:
        """By what became of each word around, or verbatim close to it."""
        region = self._contexts.region(*self._passages(was))
        if region is None:
            return None
        now = region.follow(*was)
        if now is None or self.new.plain[slice(*now)] != quote:
            now = self._close(anchor, quote, was, region) or now
        if now is None or not self._budget.allows(len(quote) * (now[1] - now[0])):
            return None
        return Candidate(now, Indel.normalized_similarity(quote, self.new.plain[slice(*now)]))

    def _close(self, anchor: Selector, quote: str, was: Span, region: Region) -> Span | None:
        """The very words in the same passages or across their ends, where they are not other ones of before."""
        letters = region.old[1] - region.old[0] + region.new[1] - region.new[0]
        if not self._budget.allows(_EACH_LETTER * letters):
            return None
        others = set(islice(self.old.find(quote, *region.old), _MANY)) - {was[0]}
        if len(others) >= _MANY - 1:
            return None
        kept = {span[0] for one in others if (span := region.follow(one, one + len(quote)))}
        start, end = region.new[0] - len(quote) + 1, region.new[1] + len(quote) - 1
        spans = ((one, one + len(quote)) for one in self.new.find(quote, max(start, 0), end) if one not in kept)
        return self._likest_around(spans, anchor, self.new)

    def _elsewhere(self, anchor: Selector, quote: str) -> Candidate | None:
        """Verbatim in a passage that did not have these words before."""
        if not thresholds.is_telling(quote) or not self._budget.allows(_EACH_LETTER * len(self.new.plain)):
            return None
        spans = ((one, one + len(quote)) for one in self.new.find(quote, 0, len(self.new.plain)))
        fresh = islice((span for span in islice(spans, _MOST_FOUND) if not self._was_there(quote, span)), _MANY)
        return self._best((Candidate(span, 1.0) for span in fresh), anchor)

    def _was_there(self, quote: str, span: Span) -> bool:
        """Whether a passage had these words before, so that they are not the ones that are looked for."""
        at = self.new.at(span[0])
        before = self.old.place.get(self.new.lineages[at])
        if before is None or span[1] > self.new.ends[at]:
            return False
        letters = self.old.ends[before] - self.old.starts[before]
        return not self._budget.allows(_EACH_LETTER * letters) or quote in self.old.passages(before, before + 1)

    def _searched(self, anchor: Selector, quote: str, was: Span) -> Candidate | None:
        """Edited, in or beside its passage, but with other words around. Verbatim ones were looked for before."""
        floor = thresholds.found_by_search(quote)
        hood = self._contexts.around(*self._passages(was)) if floor < 1 else (0, 0)
        places = [self._most_like(quote, at, floor) for at in range(*hood)]
        return self._best((place for place in places if place and floor <= place.likeness < 1), anchor)

    def _most_like(self, quote: str, passage: int, floor: float) -> Candidate | None:
        start, end = self.new.positions((passage, passage + 1))
        if end - start < len(quote) or not self._budget.allows(at_every_place(len(quote), end - start)):
            return None
        found = fuzz.partial_ratio_alignment(quote, self.new.plain[start:end], score_cutoff=100 * floor)
        if found is None:
            return None
        span = whole_words(self.new, (start + found.dest_start, start + found.dest_end))
        words = self.new.plain[slice(*span)]
        return None if self._was_there(words, span) else Candidate(span, Indel.normalized_similarity(quote, words))

    def _best(self, places: Iterable[Candidate], anchor: Selector) -> Candidate | None:
        """The most like one, of equal ones the one with the same text around it; None when nobody can tell."""
        ranked = sorted(((one.likeness, self._context(one.span, anchor), one) for one in places), reverse=True)
        if len(ranked) > 1:
            (likeness, around, _), (next_likeness, next_around, _) = ranked[:2]
            if likeness == next_likeness and around < next_around + _AROUND:
                return None
        return ranked[0][2] if ranked else None

    def _passages(self, was: Span) -> Span:
        return self.old.at(was[0]), self.old.at(was[1] - 1) + 1

    def _context(self, span: Span, anchor: Selector) -> int:
        return self.new.context(span, anchor.prefix, anchor.suffix)


def _words_in_common(one: str, other: str) -> float:
    """The share of words that two texts, which are not the same, have in common."""
    some, others = Counter(WORD.findall(one)), Counter(WORD.findall(other))
    return 2 * (some & others).total() / (some.total() + others.total() + 1)
