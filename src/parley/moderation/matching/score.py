"""How much a text is like advertising, from 0 to 1: a logistic regression over hashed words, letters and marks.

Features are hashed into buckets as by Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (2009):
words, their pairs, the beginnings of words, the pairs of letters of scripts without spaces, and marks (marks.py).
`bin/spam-weights` learns the weights that come with Parley; the worker learns on from the community's decisions every
night (automod/training.py). Words and letters know what was seen before, marks also what is new. Scoring takes plain
Python.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import exp, sqrt
from pathlib import Path
from zlib import crc32

import msgspec

from parley.moderation.matching.marks import UNSPACED, Marks, combine, marked_words, marks

WEIGHTS = Path(__file__).parent / "data" / "spam-weights.bin"
BUCKETS = 1 << 15
# The scale of the weights and the constant term, before the weights as signed bytes.
HEADER = struct.Struct("<ff")
# Only the beginning of a text is scored, which bounds the cost.
LONGEST_SCORED = 2_000
WORD = re.compile(r"\w+|[£$€!?]+")
# The beginnings of words have this many letters.
LETTERS = 4
# Multiplies the hash of the first word of a pair, so that the pair in the other order has another hash.
FIRST_OF_PAIR = 31
# Starts the hash of a part of a word, so that it differs from the hash of the same word.
BEFORE_PARTS = crc32(b"~")
# Which number an advertisement names says nothing; how long it is says much.
SAME_DIGIT = str.maketrans("123456789", "000000000")
# The factor of marks; words and letters have 1.
MARKS = 0.5
# The buckets of this many combinations of marks are cached.
MARKS_CACHED = 4_000
# data/README.md has the figures for texts from sources that were not learned.
SUGGESTED = 0.7
MOST_REASONS = 4
# Metrics are given for these scores.
AT = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Weights(msgspec.Struct, frozen=True):
    """Learned weights, as signed bytes to be multiplied by `scale`; `training` is 0 for those that come with Parley."""

    scale: float
    constant: float
    values: list[int]
    training: int = 0

    @classmethod
    def read(cls, data: bytes, training: int = 0) -> "Weights":
        """The weights as stored: the header, then a signed byte for each bucket."""
        scale, constant = HEADER.unpack_from(data)
        values = [value - 256 * (value > 127) for value in data[HEADER.size :]]  # noqa: PLR2004 signed bytes
        return cls(scale, constant, values, training)

    def of(self, feature: str) -> float:
        return self.values[bucket(feature)] * self.scale


class ScoreMetrics(msgspec.Struct, frozen=True):
    """How weights judge texts that they have not learned.

    `caught`, `wrong`: of `spam` and of `harmless` texts those that score at least each of `AT`. `loss`: the mean of the
    log losses on both, so that each counts half.
    """

    spam: int
    harmless: int
    caught: list[int]
    wrong: list[int]
    loss: float


class Buckets(msgspec.Struct, frozen=True):
    """The buckets of the words of a text and their pairs, of parts of words, and of the marks; each once."""

    words: list[int]
    parts: list[int]
    marks: list[int]

    @classmethod
    def of(cls, text: str, links: int) -> "Buckets":
        """The buckets of a folded text (folding.py) with this many links."""
        all_words = words(text.translate(SAME_DIGIT))
        by_words = _hashes(all_words)
        pairs = [FIRST_OF_PAIR * first + following for first, following in pairwise(by_words)]
        return cls(
            _buckets(by_words + pairs),
            _buckets(_hashes(parts(all_words), BEFORE_PARTS)),
            _mark_buckets(marks(text[:LONGEST_SCORED], links)),
        )

    def weighted(self) -> Iterator[tuple[list[int], float]]:
        """Yield each kind of buckets with the share of one of them in the total: many count little each."""
        for buckets, factor in ((self.words, 1.0), (self.parts, 1.0), (self.marks, MARKS)):
            yield buckets, factor / sqrt(len(buckets) or 1)


def score(text: str, links: int) -> float:
    """The score of a folded text with this many links."""
    weights, text_buckets = in_use(), Buckets.of(text, links)
    if not text_buckets.words:
        return 0.0
    value = weights.values.__getitem__
    total = sum(share * sum(map(value, buckets)) for buckets, share in text_buckets.weighted())
    return 1 / (1 + exp(-weights.scale * total - weights.constant))


def reasons(text: str, links: Sequence[str]) -> list[str]:
    """What in a folded text a person would call advertising: its links, and the words of its strongest marks."""
    weights = in_use()
    raising = sorted(((weights.of(f"!{mark}"), words) for mark, words in marked_words(text).items()), reverse=True)
    quoted = [words for weight, words in raising if weight > 0]
    return list(dict.fromkeys([*(link.partition("//")[2] or link for link in links), *quoted]))[:MOST_REASONS]


def parts(all_words: list[str]) -> list[str]:
    """The beginnings of words, and each two letters of scripts without spaces."""
    begun = [word[:LETTERS] for word in all_words]
    letters = UNSPACED.findall(" ".join(all_words))
    return begun + [first + following for first, following in pairwise(letters)]


def words(text: str) -> list[str]:
    return WORD.findall(text[:LONGEST_SCORED])


def bucket(word: str) -> int:
    return _hashes([word])[0] % BUCKETS


def _hashes(texts: list[str], before: int = 0) -> list[int]:
    """The hashes of texts without white space. One call encodes all of them: most of a score is this."""
    return [crc32(part, before) for part in " ".join(texts).encode("utf-8", "surrogatepass").split()]


@lru_cache(maxsize=MARKS_CACHED)
def _mark_buckets(text_marks: Marks) -> list[int]:
    """The buckets of marks, their pairs and their number. Most texts have few marks, and the same ones as others."""
    return _buckets(crc32(name.encode()) for name in combine(*text_marks))


def _buckets(hashes: Iterable[int]) -> list[int]:
    return list({value % BUCKETS for value in hashes})


@cache
def shipped_weights() -> Weights:
    return Weights.read(WEIGHTS.read_bytes())


_learned: Weights | None = None


def in_use() -> Weights:
    """The weights by which this process scores."""
    return _learned or shipped_weights()


def use(weights: Weights | None) -> None:
    """Score by these weights from now on; None: by those that come with Parley."""
    global _learned  # noqa: PLW0603 one state of one process
    _learned = weights
