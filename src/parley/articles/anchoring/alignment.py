"""Where words of an old text are in a new one, by an alignment of both texts word by word."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein, Prefix

from parley.articles.anchoring.document import RevisionText, Span
from parley.articles.revisions.budget import Budget
from parley.extraction.text.words import UNSPACED, Coder

TOKEN = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+|[^\w\s]")
_LONGEST_WORD = 64  # letters
_SENTENCE_ENDS = ".!?\N{HORIZONTAL ELLIPSIS}\u3002\uff01\uff1f\u061f\u0964"

# A passage belongs to an image if it has at least this many of the words in a row, or as many as any other passage has.
_IN_A_ROW = 3
# What each letter between two runs of equal words costs, in letters of equal words (in one sentence, across sentences):
# a few equal words far away or in another sentence are there by chance.
_INSIDE, _BEYOND = 0.1, 0.5
# At an end of a quote, this many of its words or this share of them may have been replaced, by at most _LONGER times as
# many.
_FEW, _SHARE, _LONGER = 5, 0.25, 1.5


class Run(NamedTuple):
    """Words that are the same in both texts; indexes of words."""

    start: int
    end: int
    new_start: int

    @property
    def new_end(self) -> int:
        return self.new_start + self.end - self.start

    def within(self, first: int, last: int) -> "Run":
        """Return the part between two words of the old text."""
        start = max(self.start, first)
        return Run(start, min(self.end, last), self.new_start + start - self.start)


class Words:
    """A part of a document as words. `code` has one character for each; case makes no difference."""

    def __init__(self, document: RevisionText, span: Span, coder: Coder) -> None:
        self.document = document
        self.spans = [token.span() for token in TOKEN.finditer(document.small, *span)]
        self.code = coder.code(document.small[start:end] for start, end in self.spans)

    def range(self, start: int, end: int) -> Span:
        """Return the range of the words between two positions."""
        first = bisect_right(self.spans, start, key=lambda span: span[1])
        return first, bisect_left(self.spans, end, key=lambda span: span[0])

    def letters(self, first: int, last: int) -> int:
        """Return how long the text of the words from `first` up to `last` is."""
        return self.spans[last - 1][1] - self.spans[first][0] if first < last else 0

    def passage(self, word: int) -> int:
        return self.document.at(self.spans[word][0])

    def around(self, word: int) -> Span:
        """Return the range of the words of the passage that has a word."""
        passage = self.passage(word)
        return self.range(*self.document.positions((passage, passage + 1)))


class Region:
    """A range of passages in the old text and the range that replaced it in the new one, aligned word by word."""

    def __init__(self, old: RevisionText, before: Span, new: RevisionText, after: Span, budget: Budget) -> None:
        coder = Coder()
        self.old, self.new = old.positions(before), new.positions(after)
        self._old, self._new = Words(old, self.old, coder), Words(new, self.new, coder)
        self._ends = set(coder.code(_SENTENCE_ENDS))
        self._is_aligned = budget.allows(len(self._old.code) * len(self._new.code))
        steps = Levenshtein.opcodes(self._old.code, self._new.code) if self._is_aligned else ()
        equal = (Run(step.src_start, step.src_end, step.dest_start) for step in steps if step.tag == "equal")
        self._runs = [part for run in equal for part in self._parts(run)]

    def follow(self, start: int, end: int) -> Span | None:
        """Return where the words between two positions of the old text are now, or None if they were deleted.

        The result may have fewer words. All of its passages have several of them in a row.
        """
        first, last = self._old.range(start, end)
        if first >= last or not self._is_aligned:
            return None
        at = bisect_right(self._runs, first, key=attrgetter("end"))
        stop = bisect_left(self._runs, last, lo=at, key=attrgetter("start"))
        before = self._runs[at - 1] if at else Run(0, 0, 0)
        old, new = len(self._old.code), len(self._new.code)
        after = self._runs[stop] if stop < len(self._runs) else Run(old, old, new)
        runs = self._heaviest(self._in_a_row([run.within(first, last) for run in self._runs[at:stop]]))
        image = self._extend(runs, first, last, before, after) if runs else _replacement(first, last, before, after)
        return self._positions(*image)

    def _positions(self, first: int, last: int) -> Span | None:
        return (self._new.spans[first][0], self._new.spans[last - 1][1]) if first < last else None

    def _parts(self, run: Run) -> Iterator[Run]:
        """Cut a run where passages of the new text end."""
        start, new_start = run.start, run.new_start
        while start < run.end:
            end = min(start + self._new.around(new_start)[1] - new_start, run.end)
            yield Run(start, end, new_start)
            start, new_start = end, new_start + end - start

    def _in_a_row(self, runs: Iterable[Run]) -> list[Run]:
        """Return the runs in passages that have enough of the words in a row."""
        passages = defaultdict[int, list[Run]](list)
        for run in runs:
            passages[self._new.passage(run.new_start)].append(run)
        longest = {passage: max(run.end - run.start for run in some) for passage, some in passages.items()}
        enough = min(_IN_A_ROW, max(longest.values(), default=0))
        return [run for passage, some in passages.items() if longest[passage] >= enough for run in some]

    def _heaviest(self, runs: Sequence[Run]) -> Sequence[Run]:
        """Return the neighbouring runs that have the most letters, less what the letters between them cost."""
        best, most, first, weight = slice(0, 0), 0.0, 0, 0.0
        for index, run in enumerate(runs):
            weight -= self._cost(runs[index - 1], run) if index else 0.0
            first, weight = (first, weight) if weight > 0 else (index, 0.0)
            weight += self._new.letters(run.new_start, run.new_end)
            best, most = (slice(first, index + 1), weight) if weight > most else (best, most)
        return runs[best]

    def _cost(self, run: Run, other: Run) -> float:
        between = range(run.new_end, other.new_start)
        passages = self._new.passage(other.new_start) - self._new.passage(run.new_end - 1)
        if passages > 1:
            return float("inf")
        is_beyond = passages or not self._ends.isdisjoint(self._new.code[between.start : between.stop])
        return self._new.letters(between.start, between.stop) * (_BEYOND if is_beyond else _INSIDE)

    def _extend(self, runs: Sequence[Run], first: int, last: int, before: Run, after: Run) -> Span:
        """Return the new words of `runs`, with those that replaced the words at the ends of the quote."""
        head, tail, most = runs[0], runs[-1], max(_FEW, int(_SHARE * (last - first)))
        floor = max(self._new.around(head.new_start)[0], before.new_end)
        ceiling = min(self._new.around(tail.new_end - 1)[1], max(after.new_start, tail.new_end))
        begin = self._count_replacing(
            self._old.code[first : head.start][::-1],
            self._new.code[floor : head.new_start][::-1],
            max(first - before.end, 0),
            most,
        )
        finish = self._count_replacing(
            self._old.code[tail.end : last], self._new.code[tail.new_end : ceiling], max(after.start - last, 0), most
        )
        return head.new_start - begin, tail.new_end + finish

    def _count_replacing(self, old: str, new: str, outside: int, most: int) -> int:
        """Return how many of the `new` words beside an image stand for the `old` ones that it lacks.

        Both begin at the image. `outside` is how many words beyond the quote were replaced together with the old ones.
        """
        same = Prefix.similarity(old, new)
        old, new = old[same:], new[same:]
        if not old or len(old) > most:
            return same
        room = max(len(new) - outside, min(len(new), len(old)))
        taken = room if room <= _LONGER * len(old) + 1 else len(old)
        end = next((at for at, word in enumerate(new[: 2 * len(old) + 3]) if word in self._ends), taken)
        if old[-1] in self._ends:
            return same + min(end + 1, len(new))
        return same + (taken if not self._ends.isdisjoint(old) else min(taken, end))


def _replacement(first: int, last: int, before: Run, after: Run) -> Span:
    """Return the words that replaced all words of a quote."""
    begin = min(before.new_end + first - before.end, after.new_start)
    if (before.end, after.start) == (first, last):
        return begin, min(after.new_start, begin + int(_LONGER * (last - first)) + 1)
    return begin, min(after.new_start, begin + last - first)


def whole_words(document: RevisionText, span: Span) -> Span:
    """Return the span of all words that are in `span` by more than half."""
    start, end = span
    tokens = [
        token.span() for token in TOKEN.finditer(document.plain, max(start - _LONGEST_WORD, 0), end + _LONGEST_WORD)
    ]
    inside = [token for token in tokens if 2 * (min(token[1], end) - max(token[0], start)) > token[1] - token[0]]
    return (inside[0][0], inside[-1][1]) if inside else span
