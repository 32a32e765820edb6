"""Learning the weights of the score (moderation/matching/score.py), and judging them. Only the worker has numpy."""

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt
from typing import Any
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from parley.moderation.matching import score
from parley.moderation.matching.post import Post
from parley.moderation.matching.score import AT, ScoreMetrics, Weights

EPOCHS, RATE = 10, 0.5
# Texts in a batch, and the least number of batches: few texts make smaller ones.
BATCH, LEAST_BATCHES = 64, 32
# The strength of the pull back to the first weights (L2), and what keeps the first steps small.
PULL, DAMPING = 0.1, 0.1
# Texts with the same first letters are learned, or kept back, together: one in five is kept back.
ALIKE, ONE_IN = 30, 5
NOTHING = Weights(0.0, 0.0, [0] * score.BUCKETS)
LARGEST = 127


class Text(msgspec.Struct, frozen=True):
    """A text as buckets, each with its share, whether it is advertising, and how much it counts."""

    buckets: NDArray[np.uint16]
    shares: NDArray[np.float32]
    spam: bool
    weight: float = 1.0

    @classmethod
    def of(cls, post: Post, *, spam: bool, weight: float = 1.0) -> "Text | None":
        """None for a text without words."""
        by_kind = post.buckets
        if not by_kind.words:
            return None
        kinds = list(by_kind.weighted())
        shares = np.repeat([share for _, share in kinds], [len(buckets) for buckets, _ in kinds])
        buckets = np.concatenate([buckets for buckets, _ in kinds])
        return cls(buckets.astype(np.uint16), shares.astype(np.float32), spam, weight)


def is_kept_back(folded: str) -> bool:
    """Whether a folded text serves to judge weights, and is not learned."""
    return crc32(folded[:ALIKE].encode("utf-8", "surrogatepass")) % ONE_IN == 0


def fit(texts: Sequence[Text], start: Weights = NOTHING, pull: float = PULL) -> Weights:
    """Logistic regression from `start` on, pulled back to it. The same texts give the same weights.

    In small batches, with a rate for each bucket: J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods" (2011).
    """
    first = np.array(start.values) * start.scale
    weights, constant, random = first.copy(), start.constant, np.random.default_rng(0)
    squares, constant_squares = np.full(len(first), DAMPING), DAMPING
    batches = min(len(texts), max(LEAST_BATCHES, len(texts) // BATCH))
    for _ in range(EPOCHS):
        for numbers in np.array_split(random.permutation(len(texts)), batches):
            batch = [texts[number] for number in numbers]
            errors = np.array([text.weight for text in batch]) * (_spam(batch) - _chances(batch, weights, constant))
            step = _gradient(batch, errors) - pull * len(batch) / len(texts) * (weights - first)
            squares += step**2
            weights += RATE * step / np.sqrt(squares)
            constant_squares += errors.sum() ** 2
            constant += RATE * errors.sum() / sqrt(constant_squares)
    return _round(weights, float(constant))


def figures(texts: Iterable[Text], weights: Weights) -> ScoreMetrics:
    """Judge weights by texts, of which at least one is advertising and one is not."""
    harmless, spam = chances(texts, weights)
    loss = -(np.log(spam).mean() + np.log(1 - harmless).mean()) / 2
    return ScoreMetrics(len(spam), len(harmless), list(_count_above(spam)), list(_count_above(harmless)), float(loss))


def chances(texts: Iterable[Text], weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The scores of the harmless texts, and of the advertising."""
    judged = list(texts)
    scores, spam = _chances(judged, np.array(weights.values) * weights.scale, weights.constant), _spam(judged)
    return scores[~spam], scores[spam]


def encode_weights(weights: Weights) -> bytes:
    """The weights as `Weights.read` reads them."""
    return score.HEADER.pack(weights.scale, weights.constant) + bytes(value & 0xFF for value in weights.values)


def _count_above(chances: NDArray[Any]) -> Iterator[int]:
    return (int((chances >= at).sum()) for at in AT)


def _round(weights: NDArray[Any], constant: float) -> Weights:
    scale = float(np.abs(weights).max()) / LARGEST or 1.0
    return Weights(scale, constant, [int(value) for value in np.rint(weights / scale)])


def _spam(texts: Sequence[Text]) -> NDArray[np.bool_]:
    return np.array([text.spam for text in texts], dtype=np.bool_)


def _chances(texts: Sequence[Text], values: NDArray[np.float64], constant: float) -> NDArray[np.float64]:
    totals = np.array([constant + values[text.buckets] @ text.shares for text in texts])
    scores: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(totals, -30, 30)))
    return scores


def _gradient(texts: Sequence[Text], errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of the errors for each bucket, by its share in each text."""
    buckets = np.concatenate([text.buckets for text in texts])
    shares = np.concatenate([text.shares * error for text, error in zip(texts, errors, strict=True)])
    return np.bincount(buckets, shares, score.BUCKETS).astype(np.float64)
