"""The neighbourhood of a passage before and after a revision, and which words of it became which."""

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

_REACH = 3  # passages that only one of the revisions has are looked at up to so far from a passage
_EACH_LETTER = 1_000  # what cutting one letter into words costs, in steps of the budget
_LONG = 64  # letters of a long word
_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]")


class WordMapping(NamedTuple):
    """Words of the old text, and the words that they were left as or became."""

    start: int
    end: int
    new_start: int
    new_end: int


class Region:
    """Passages of the former text, and those that took their place in the new one, aligned word by word."""

    def __init__(self, old: Document, was: Span, new: Document, now: Span, budget: Budget) -> None:
        coder = Coder()
        self.old, self.new = old.positions(was), new.positions(now)
        self._was, before = _tokens(old, self.old, coder)
        self._now, after = _tokens(new, self.new, coder)
        steps = Levenshtein.opcodes(before, after) if budget.allows(len(before) * len(after)) else ()
        self._runs = [_run(list(run)) for _, run in groupby(steps, key=lambda step: step.tag == "equal")]

    def follow(self, start: int, end: int) -> Span | None:
        """Where the words between two positions of the former text are now; None when they were taken away."""
        first = bisect_right(self._was, start, key=lambda token: token[1])
        last = bisect_left(self._was, end, key=lambda token: token[0])
        images = list(self._images(first, last))
        if not images:
            return None
        return self._now[images[0][0]][0], self._now[images[-1][1] - 1][1]

    def _images(self, first: int, last: int) -> Iterator[Span]:
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
    """For each passage, which ones took its place, as far as other passages that went on leave room."""

    def __init__(self, old: Document, new: Document, merged: Mapping[int, int], budget: Budget) -> None:
        self.old, self.new, self.merged, self._budget = old, new, merged, budget
        self._before = list(accumulate((new.place.get(one, -1) for one in old.lineages), _last, initial=-1))
        self._regions: dict[Span, Region | None] = {}

    def region(self, first: int, last: int) -> Region | None:
        """What became of the passages from `first` up to `last`, and of those beside them that did not go on."""
        if (first, last) not in self._regions:
            self._regions[first, last] = self._region(first, last)
        return self._regions[first, last]

    def _region(self, first: int, last: int) -> Region | None:
        now, was = self._now(first, last), self._was(first, last)
        if now is None:
            return None
        letters = sum(end - start for start, end in (self.old.positions(was), self.new.positions(now)))
        return (
            Region(self.old, was, self.new, now, self._budget) if self._budget.allows(_EACH_LETTER * letters) else None
        )

    def around(self, first: int, last: int) -> Span:
        """What these passages are now, and one more on either side."""
        start, end = self._now(first, last) or (0, 0)
        return (max(start - 1, 0), min(end + 1, len(self.new.lineages))) if start < end else (0, 0)

    def _was(self, first: int, last: int) -> Span:
        homes = [self.old.place[one] for one in self._goals(first, last) if one in self.old.place]
        near = [at for at in homes if first - _REACH <= at < last + _REACH]
        return _grown(self.old.lineages, min([first, *near]), max([last, *(at + 1 for at in near)]), self.new.place)

    def _now(self, first: int, last: int) -> Span | None:
        homes = [self.new.place[one] for one in self._goals(first, last)]
        near = [at for at in homes if abs(at - homes[0]) < last - first + _REACH]
        if near:
            return _grown(self.new.lineages, min(near), max(near) + 1, self.old.place)
        return self._gap(first)

    def _goals(self, first: int, last: int) -> list[int]:
        """The lineages that these passages have now, also where they were merged into others."""
        goals = [one if one in self.new.place else self.merged.get(one) for one in self.old.lineages[first:last]]
        return [one for one in goals if one in self.new.place]

    def _gap(self, first: int) -> Span | None:
        """Of passages that did not go on, the new ones that stand where they stood."""
        before = self._before[first]
        start, end = _grown(self.new.lineages, before + 1, before + 1, self.old.place)
        return (start, end) if start < end else None


def _last(before: int, here: int) -> int:
    return before if here < 0 else here


def _grown(lineages: Sequence[int], start: int, end: int, others: Container[int]) -> Span:
    """A range of passages with those next to it that the other revision does not have."""
    for _ in range(_REACH):
        start -= start > 0 and lineages[start - 1] not in others
        end += end < len(lineages) and lineages[end] not in others
    return start, end


def whole_words(document: Document, span: Span) -> Span:
    """The words that lie mostly in a span."""
    start, end = span
    tokens = [token.span() for token in _TOKEN.finditer(document.plain, max(start - _LONG, 0), end + _LONG)]
    inside = [one for one in tokens if 2 * (min(one[1], end) - max(one[0], start)) > one[1] - one[0]]
    return (inside[0][0], inside[-1][1]) if inside else span
