"""Learning the weights of the score (automod/rules/score.py), and judging them. Only the worker has numpy."""

from collections.abc import Iterable, Iterator, Sequence
from math import exp, sqrt
from typing import Any
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from parley.automod.rules import score
from parley.automod.rules.score import AT, ScoreMetrics, Weights

EPOCHS, RATE, DECAY = 15, 4.0, 1e-6
CONSTANT_RATE = 0.05
# Texts with the same first letters are learned, or kept back, together: one in five is kept back.
ALIKE, ONE_IN = 30, 5
NOTHING = Weights(0.0, 0.0, [0] * score.BUCKETS)
LARGEST = 127


class Text(msgspec.Struct, frozen=True):
    """A text as its buckets, whether it is advertising, and how much it counts."""

    buckets: NDArray[np.uint16]
    spam: bool
    weight: float = 1.0


def buckets_of(folded: str) -> NDArray[np.uint16]:
    """The buckets of a folded text (folding.py)."""
    return np.array(sorted(set(map(score.bucket, score.features(folded)))), dtype=np.uint16)


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
            at, size = text.buckets, sqrt(len(text.buckets))
            step = now * text.weight * (text.spam - _sigmoid(constant + weights[at].sum() / size))
            constant += CONSTANT_RATE * step
            weights[at] += step / size - now * DECAY * (weights[at] - first[at])
    return _rounded(weights, constant)


def figures(texts: Iterable[Text], weights: Weights) -> ScoreMetrics:
    """Judge weights by texts, of which at least one is advertising and one is not."""
    values = np.array(weights.values) * weights.scale
    chances: tuple[list[float], list[float]] = ([], [])
    for text in texts:
        chances[text.spam].append(_sigmoid(weights.constant + values[text.buckets].sum() / sqrt(len(text.buckets))))
    harmless, spam = map(np.array, chances)
    loss = -(np.log(spam).mean() + np.log(1 - harmless).mean()) / 2
    return ScoreMetrics(len(spam), len(harmless), list(_above(spam)), list(_above(harmless)), float(loss))


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
