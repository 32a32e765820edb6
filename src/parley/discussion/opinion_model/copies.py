"""Members with nearly the same answers count as one: several accounts may be one person's.

Two members are near-identical if they share at least 8 answers, at least 95 % of these are equal, and the statements
that both answered are at least 80 % of those that either did. The oldest account keeps its weight: a copier must not
weaken the copied.

Where opinions are strong and statements few, members who never met give the same answers. So near-identical members are
only left out where there are more of them than chance explains: for two members at the same position, an answer is
equal with a probability that the map of one axis tells.
"""

from collections import defaultdict
from math import comb, exp

import numpy as np

from parley.discussion.opinion_model.fit import fit
from parley.discussion.opinion_model.matrix import Flags, Matrix

SHARED, EQUAL, OVERLAP = 8, 0.95, 0.8
# More likenesses than this probability allows are not chance.
BY_CHANCE = 0.01
# MinHash (Broder 1997): members whose answers overlap as above are compared with a probability of 85 %, copies always.
BANDS, ROWS, COMPARED = 12, 6, 10
BINS, TINY = 10, 1e-9

Answers = dict[int, float]
# The members near-identical to an older one, each with the number of shared answers.
Likeness = dict[int, int]


def copies(matrix: Matrix, seed: int) -> Flags:
    """Say which members are left out; members are listed by age, the oldest first."""
    left_out = np.zeros(len(matrix.members), bool)
    likenesses = _likenesses(matrix, seed)
    if not likenesses:
        return left_out
    equal = _equal_by_chance(matrix, seed)
    for alike in likenesses:
        chance = float(np.mean([_nearly_all_equal(shared, equal) for shared in alike.values()]))
        if _at_least(len(alike), chance * len(matrix.members)) < BY_CHANCE:
            left_out[list(alike)] = True
    return left_out


def _likenesses(matrix: Matrix, seed: int) -> list[Likeness]:
    """Compare each member with the older ones that fall into the same bucket, and join the oldest who is alike."""
    counted = matrix.only((matrix.answers_of_members() >= SHARED)[matrix.member])
    answers: dict[int, Answers] = defaultdict(dict)
    for member, statement, value in zip(
        counted.member.tolist(), counted.statement.tolist(), counted.value.tolist(), strict=True
    ):
        answers[member][statement] = value
    likenesses: dict[int, Likeness] = defaultdict(dict)
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for member, keys in _buckets(counted, seed):
        older = sorted({member_of_bucket for key in keys for member_of_bucket in buckets[key]})
        alike = next((earlier for earlier in older if _count_shared(answers[earlier], answers[member])), None)
        if alike is None:
            for key in keys:
                buckets[key] += [member] if len(buckets[key]) < COMPARED else []
        else:
            likenesses[alike][member] = _count_shared(answers[alike], answers[member])
    return list(likenesses.values())


def _count_shared(answers: Answers, other: Answers) -> int:
    """Return how many answers near-identical members share, 0 if they are not."""
    shared = answers.keys() & other.keys()
    equal = sum(answers[key] == other[key] for key in shared)
    overlap = len(shared) >= OVERLAP * (len(answers) + len(other) - len(shared))
    return len(shared) if len(shared) >= SHARED and equal >= EQUAL * len(shared) and overlap else 0


def _buckets(matrix: Matrix, seed: int) -> list[tuple[int, list[tuple[int, bytes]]]]:
    """Return each member's buckets: members with nearly the same answers probably share one."""
    if not len(matrix):
        return []
    order = np.argsort(matrix.member, kind="stable")
    answer = (matrix.statement * 3 + matrix.value.astype(int) + 1)[order]
    members, starts = np.unique(matrix.member[order], return_index=True)
    random = np.random.default_rng(seed)
    codes = np.array(
        [
            np.minimum.reduceat(random.permutation(3 * len(matrix.statements)).astype(np.int32)[answer], starts)
            for _ in range(BANDS * ROWS)
        ]
    ).T.copy()
    return [
        (member, [(band, row[band * ROWS : (band + 1) * ROWS].tobytes()) for band in range(BANDS)])
        for member, row in zip(members.tolist(), codes, strict=True)
    ]


def _equal_by_chance(matrix: Matrix, seed: int) -> float:
    """Return how probable it is that two members at the same position give the same answer to a statement."""
    fitted = fit(matrix, 1, seed)
    expected = fitted.predict(matrix.member, matrix.statement)
    bins = np.minimum(((expected + 1) / 2 * BINS).astype(int), BINS - 1)
    counts = np.array([np.bincount(bins[matrix.value == value], minlength=BINS) for value in (-1, 0, 1)])
    sizes = np.maximum(counts.sum(axis=0), 1)
    return float(((counts / sizes) ** 2).sum(axis=0) @ counts.sum(axis=0) / len(matrix))


def _nearly_all_equal(shared: int, equal: float) -> float:
    """Return the probability that nearly all of the shared answers are equal by chance."""
    different = int((1 - EQUAL) * shared + TINY)
    return sum(comb(shared, k) * (1 - equal) ** k * equal ** (shared - k) for k in range(different + 1))


def _at_least(count: int, expected: float) -> float:
    """Return the probability of a Poisson count of at least this many."""
    term, below = exp(-expected), 0.0
    for k in range(count):
        below += term
        term *= expected / (k + 1)
    return 1 - below
