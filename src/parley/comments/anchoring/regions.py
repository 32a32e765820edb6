"""The passages around an anchor before and after a revision, aligned word by word."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import accumulate, groupby, islice, takewhile
from operator import attrgetter
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein, Opcode

from parley.articles.budget import Budget
from parley.articles.words import UNSPACED, Coder
from parley.comments.anchoring.document import Document, Span

_REACH = 3  # a region extends over up to this many passages that only one of the revisions has
_EACH_LETTER = 1_000  # cost of splitting text into words, in steps of the budget per letter
_LONGEST_WORD = 64  # letters
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]")


class WordMapping(NamedTuple):
    """A run of words in the old text and the run in the new text that corresponds to it; indexes of words."""

    start: int
    end: int
    new_start: int
    new_end: int


class Region:
    """A range of passages in the old text and the range that replaced it in the new one, aligned word by word."""

    def __init__(self, old: Document, before: Span, new: Document, after: Span, budget: Budget) -> None:
        coder = Coder()
        self.old, self.new = old.positions(before), new.positions(after)
        self._old_tokens, old_code = _tokens(old, self.old, coder)
        self._new_tokens, new_code = _tokens(new, self.new, coder)
        steps = Levenshtein.opcodes(old_code, new_code) if budget.allows(len(old_code) * len(new_code)) else ()
        self._runs = [_run(list(run)) for _, run in groupby(steps, key=lambda step: step.tag == "equal")]

    def follow(self, start: int, end: int) -> Span | None:
        """Return where the words between two positions of the old text are now, or None if they were deleted."""
        first = bisect_right(self._old_tokens, start, key=lambda token: token[1])
        last = bisect_left(self._old_tokens, end, key=lambda token: token[0])
        images = list(self._images(first, last))
        if not images:
            return None
        return self._new_tokens[images[0][0]][0], self._new_tokens[images[-1][1] - 1][1]

    def _images(self, first: int, last: int) -> Iterator[Span]:
        """Yield the ranges of new words that correspond to the old words from `first` up to `last`."""
        at = bisect_right(self._runs, first, key=attrgetter("end"))
        for run in takewhile(lambda run: run.start < last, islice(self._runs, at, None)):
            start, end = max(run.start, first), min(run.end, last)
            if start < end:
                stop = run.new_end if end == run.end else min(run.new_start + end - run.start, run.new_end)
                begin = min(run.new_start + start - run.start, stop)
                yield from [(begin, stop)] * (begin < stop)


def _run(steps: list[Opcode]) -> WordMapping:
    first, last = steps[0], steps[-1]
    return WordMapping(first.src_start, last.src_end, first.dest_start, last.dest_end)


def _tokens(document: Document, span: Span, coder: Coder) -> tuple[list[Span], str]:
    tokens = [token.span() for token in _TOKEN.finditer(document.plain, *span)]
    return tokens, coder.code(document.plain[start:end] for start, end in tokens)


class Contexts:
    """For each passage, the region around it, up to the next passages that both revisions have."""

    def __init__(self, old: Document, new: Document, merged: Mapping[int, int], budget: Budget) -> None:
        self.old, self.new, self.merged, self._budget = old, new, merged, budget
        self._before = list(accumulate((new.index.get(one, -1) for one in old.lineages), _last, initial=-1))
        self._regions: dict[Span, Region | None] = {}

    def region(self, first: int, last: int) -> Region | None:
        """Return the region of the passages from `first` up to `last` and their deleted neighbours, or None.

        There is none if nothing replaced these passages, or if the budget is used up.
        """
        if (first, last) not in self._regions:
            self._regions[first, last] = self._region(first, last)
        return self._regions[first, last]

    def _region(self, first: int, last: int) -> Region | None:
        before, after = self._before_range(first, last), self._after_range(first, last)
        if after is None:
            return None
        letters = sum(end - start for start, end in (self.old.positions(before), self.new.positions(after)))
        return (
            Region(self.old, before, self.new, after, self._budget)
            if self._budget.allows(_EACH_LETTER * letters)
            else None
        )

    def around(self, first: int, last: int) -> Span:
        """Return the range of passages that these are now, with one more on either side."""
        start, end = self._after_range(first, last) or (0, 0)
        return (max(start - 1, 0), min(end + 1, len(self.new.lineages))) if start < end else (0, 0)

    def _before_range(self, first: int, last: int) -> Span:
        targets = [self.old.index[one] for one in self._present(first, last) if one in self.old.index]
        near = [at for at in targets if first - _REACH <= at < last + _REACH]
        return _extended(self.old.lineages, min([first, *near]), max([last, *(at + 1 for at in near)]), self.new.index)

    def _after_range(self, first: int, last: int) -> Span | None:
        targets = [self.new.index[one] for one in self._present(first, last)]
        near = [at for at in targets if abs(at - targets[0]) < last - first + _REACH]
        if near:
            return _extended(self.new.lineages, min(near), max(near) + 1, self.old.index)
        return self._gap(first)

    def _present(self, first: int, last: int) -> list[int]:
        """Return the lineages of these passages in the new revision; for merged ones, those they were merged into."""
        present = [one if one in self.new.index else self.merged.get(one) for one in self.old.lineages[first:last]]
        return [one for one in present if one in self.new.index]

    def _gap(self, first: int) -> Span | None:
        """Return the range of new passages in the position of deleted ones, or None if there are none."""
        before = self._before[first]
        start, end = _extended(self.new.lineages, before + 1, before + 1, self.old.index)
        return (start, end) if start < end else None


def _last(before: int, here: int) -> int:
    return before if here < 0 else here


def _extended(lineages: Sequence[int], start: int, end: int, others: Container[int]) -> Span:
    """Return a range of passages, extended over neighbours that the other revision does not have."""
    for _ in range(_REACH):
        start -= start > 0 and lineages[start - 1] not in others
        end += end < len(lineages) and lineages[end] not in others
    return start, end


def whole_words(document: Document, span: Span) -> Span:
    """Return the span of the words of which more than half is in `span`."""
    start, end = span
    tokens = [
        token.span() for token in _TOKEN.finditer(document.plain, max(start - _LONGEST_WORD, 0), end + _LONGEST_WORD)
    ]
    inside = [one for one in tokens if 2 * (min(one[1], end) - max(one[0], start)) > one[1] - one[0]]
    return (inside[0][0], inside[-1][1]) if inside else span
