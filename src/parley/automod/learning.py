"""Learning the weights of the score (matching/score.py), and judging them. Only the worker has numpy."""

from collections.abc import Iterable, Iterator, Sequence
from math import exp, sqrt
from typing import Any
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from parley.matching import score
from parley.matching.post import Post
from parley.matching.score import AT, ScoreMetrics, Weights

EPOCHS, RATE, DECAY = 15, 4.0, 1e-5
CONSTANT_RATE = 0.05
# Texts with the same first letters are learned, or kept back, together: one in five is kept back.
ALIKE, ONE_IN = 30, 5
NOTHING = Weights(0.0, 0.0, [0] * score.BUCKETS)
LARGEST = 127


class Text(msgspec.Struct, frozen=True):
    """A text as the buckets of its words and marks, whether it is advertising, and how much it counts."""

    words: NDArray[np.uint16]
    marks: NDArray[np.uint16]
    spam: bool
    weight: float = 1.0

    @classmethod
    def of(cls, post: Post, *, spam: bool, weight: float = 1.0) -> "Text | None":
        """None for a text without words."""
        found = post.buckets
        if not found.words:
            return None
        return cls(np.array(found.words, dtype=np.uint16), np.array(found.marks, dtype=np.uint16), spam, weight)

    def total(self, values: NDArray[np.float64]) -> float:
        by_words = values[self.words].sum() / sqrt(len(self.words))
        return float(by_words + score.MARKS * values[self.marks].sum() / sqrt(len(self.marks)))


def is_kept_back(folded: str) -> bool:
    """Whether a folded text serves to judge weights, and is not learned."""
    return crc32(folded[:ALIKE].encode("utf-8", "surrogatepass")) % ONE_IN == 0


def fit(texts: Sequence[Text], start: Weights = NOTHING, rate: float = RATE) -> Weights:
    """Logistic regression by stochastic gradient descent, from `start` on. The same texts give the same weights."""
    first = np.array(start.values) * start.scale
    weights, constant, random = first.copy(), start.constant, np.random.default_rng(0)
    for epoch in range(EPOCHS):
        now = rate / (1 + epoch)
        for number in random.permutation(len(texts)):
            text = texts[number]
            step = now * text.weight * (text.spam - _sigmoid(constant + text.total(weights)))
            constant += CONSTANT_RATE * step
            for at, share in ((text.words, 1.0), (text.marks, score.MARKS)):
                weights[at] += share * step / sqrt(len(at)) - now * DECAY * (weights[at] - first[at])
    return _rounded(weights, constant)


def figures(texts: Iterable[Text], weights: Weights) -> ScoreMetrics:
    """Judge weights by texts, of which at least one is advertising and one is not."""
    harmless, spam = chances(texts, weights)
    loss = -(np.log(spam).mean() + np.log(1 - harmless).mean()) / 2
    return ScoreMetrics(len(spam), len(harmless), list(_above(spam)), list(_above(harmless)), float(loss))


def chances(texts: Iterable[Text], weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The scores of the harmless texts, and of the advertising."""
    values = np.array(weights.values) * weights.scale
    found: tuple[list[float], list[float]] = ([], [])
    for text in texts:
        found[text.spam].append(_sigmoid(weights.constant + text.total(values)))
    return np.array(found[False]), np.array(found[True])


def stored(weights: Weights) -> bytes:
    """The weights as `Weights.read` reads them."""
    return score.HEADER.pack(weights.scale, weights.constant) + bytes(one & 0xFF for one in weights.values)


def _above(chances: NDArray[Any]) -> Iterator[int]:
    return (int((chances >= at).sum()) for at in AT)


def _rounded(weights: NDArray[Any], constant: float) -> Weights:
    scale = float(np.abs(weights).max()) / LARGEST or 1.0
    return Weights(scale, constant, [int(one) for one in np.rint(weights / scale)])


def _sigmoid(total: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
