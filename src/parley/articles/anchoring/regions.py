"""Which passages of a new revision have the words that were in some passages of an old one."""

from collections.abc import Container, Mapping, Sequence
from itertools import accumulate

from parley.articles.anchoring.alignment import Region
from parley.articles.anchoring.document import RevisionText, Span
from parley.articles.revisions.budget import Budget
from parley.articles.revisions.similarity import are_linked

_REACH = 3  # of the passages beside a region that only one of the revisions has, this many are looked at
_EACH_LETTER = 1_000  # cost of splitting text into words, in steps of the budget per letter


class Contexts:
    """For each range of passages, its region: what these passages were, and what they are now."""

    def __init__(self, old: RevisionText, new: RevisionText, merged: Mapping[int, int], budget: Budget) -> None:
        self.old, self.new, self.merged, self._budget = old, new, merged, budget
        now = (new.index.get(lineage, -1) for lineage in old.lineages)
        self._before = list(accumulate(now, lambda before, here: before if here < 0 else here, initial=-1))
        self._regions: dict[Span, Region | None] = {}

    def region(self, first: int, last: int) -> Region | None:
        """Return the region of the passages from `first` up to `last`, with the neighbours that they are linked to.

        There is none if nothing replaced these passages, or if the budget is used up.
        """
        if (first, last) not in self._regions:
            self._regions[first, last] = self._region(first, last)
        return self._regions[first, last]

    def around(self, first: int, last: int) -> Span:
        """Return the range of passages that these are now or that are in their position, with neighbours."""
        now = self._now(first, last) or (self._before[first] + 1,) * 2
        start, end = _extend(self.new.lineages, now, self.old.index)
        return (max(start - 1, 0), min(end + 1, len(self.new.lineages))) if start < end else (0, 0)

    def _region(self, first: int, last: int) -> Region | None:
        after = self._now(first, last)
        if after is None:
            return None
        before = self._extend_to_linked(self.old, self._former(first, last), self.new, after)
        after = self._extend_to_linked(self.new, after, self.old, (first, last))
        letters = sum(end - start for start, end in (self.old.positions(before), self.new.positions(after)))
        if not self._budget.allows(_EACH_LETTER * letters):
            return None
        return Region(self.old, before, self.new, after, self._budget)

    def _former(self, first: int, last: int) -> Span:
        """Return the range of these passages and of those into which they were merged."""
        targets = [self.old.index[lineage] for lineage in self._present(first, last) if lineage in self.old.index]
        near = [at for at in targets if first - _REACH <= at < last + _REACH]
        return min([first, *near]), max([last, *(at + 1 for at in near)])

    def _now(self, first: int, last: int) -> Span | None:
        """Return the range of new passages that continue these, or None if there are none."""
        targets = [self.new.index[lineage] for lineage in self._present(first, last)]
        near = [at for at in targets if abs(at - targets[0]) < last - first + _REACH]
        return (min(near), max(near) + 1) if near else None

    def _present(self, first: int, last: int) -> list[int]:
        """Return the lineages of these passages in the new revision; for merged ones, those they were merged into."""
        present = [
            lineage if lineage in self.new.index else self.merged.get(lineage)
            for lineage in self.old.lineages[first:last]
        ]
        return [lineage for lineage in present if lineage in self.new.index]

    def _extend_to_linked(self, document: RevisionText, passages: Span, other: RevisionText, range_there: Span) -> Span:
        """Return a range of passages, extended to neighbours that only this document has and whose words are there."""
        start, end = _extend(document.lineages, passages, other.index)
        there = other.passages(*range_there)

        def is_linked(at: int) -> bool:
            return are_linked(document.passages(at, at + 1), there, self._budget)

        first = next((at for at in range(start, passages[0]) if is_linked(at)), passages[0])
        return first, next((at + 1 for at in reversed(range(passages[1], end)) if is_linked(at)), passages[1])


def _extend(lineages: Sequence[int], passages: Span, others: Container[int]) -> Span:
    """Return a range of passages, extended over neighbours that the other revision does not have."""
    start, end = passages
    for _ in range(_REACH):
        start -= start > 0 and lineages[start - 1] not in others
        end += end < len(lineages) and lineages[end] not in others
    return start, end
