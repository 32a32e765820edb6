"""Words in a row: the parts of lines, before it is known which columns a page has."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from statistics import median

import msgspec

from parley.extraction.pdf.words import Word, usual_size

_RAISED = 0.6  # of the size: a word whose baseline differs by less is in the same row (raised numbers, formulas)
_BACK = 0.5  # of the size: a word may begin so much before the end of the one before it
_WIDE = 1.6  # of the size: a wider space separates columns or cells
# Letters that are spaced apart: how many there are at least, which share of the words, how far apart they are at most,
# of the size, and how much wider the gaps between words are.
_FEWEST_SPACED, _MOSTLY, _SPACED, _WIDER = 6, 0.75, 0.24, 1.8


class Segment(msgspec.Struct):
    """Words in one row with usual spaces between them."""

    words: list[Word]
    left: float
    right: float
    baseline: float
    size: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def top(self) -> float:
        return self.baseline - 0.75 * self.size

    @property
    def bottom(self) -> float:
        return self.baseline + 0.25 * self.size

    def is_level_with(self, other: "Segment") -> bool:
        """Whether two segments are in one row: most of the lower one's height is beside the other."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared > 0.55 * min(self.size, other.size)


def segment_of(words: list[Word]) -> Segment:
    size = usual_size(words)
    _close_letters(words, size)
    baseline = next(word.baseline for word in words if round(word.size, 1) == size)
    return Segment(words, min(word.left for word in words), max(word.right for word in words), baseline, size)


def _close_letters(words: Sequence[Word], size: float) -> None:
    """Join letters that are spaced apart for their look, as on covers and above columns, to words."""
    letters = sum(len(word.text) <= 2 and word.text.isupper() for word in words)  # noqa: PLR2004 two that are kerned
    if letters < max(_FEWEST_SPACED, _MOSTLY * len(words)):
        return
    gaps = [word.left - before.right for before, word in pairwise(words)]
    usual = median(gaps)
    if usual <= _SPACED * size:
        for word, gap in zip(words[1:], gaps, strict=True):
            word.glued = word.glued or gap < _WIDER * usual


def cut_segments(words: Iterable[Word]) -> Iterator[Segment]:
    """Put words that follow each other in the file and on the page into segments."""
    run: list[Word] = []
    for word in words:
        if run and not _follows(word, run):
            yield segment_of(run)
            run = []
        run.append(word)
    if run:
        yield segment_of(run)


def _follows(word: Word, run: list[Word]) -> bool:
    last = run[-1]
    size = max(word.size, last.size)
    if not -_BACK * size <= word.left - last.right <= _WIDE * size:
        return False
    return any(abs(word.baseline - earlier.baseline) <= _RAISED * max(word.size, earlier.size) for earlier in run[-3:])
