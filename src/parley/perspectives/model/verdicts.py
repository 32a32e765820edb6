"""What the members placed in groups say of each statement."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from parley.perspectives.analysis import Verdict
from parley.perspectives.model.beta import quantile
from parley.perspectives.model.matrix import Flags, Floats, Indices, Matrix

LEAST_ANSWERS, PERCENTILE = 5, 0.1
EVERY_GROUP, EVERYBODY, ASKED = 0.6, 0.5, 0.5
# Common ground that was shown stays until the lowest group falls below this.
EVERY_GROUP_STAYS = 0.55
ONE_AGREES, ANOTHER_DISAGREES = 0.5, 0.4
TYPICAL_AGREES, SIGNIFICANT = 0.5, 1.2816


@dataclass(frozen=True)
class Tally:
    """Counts of answers, with the shape (groups, statements)."""

    agree: Floats
    disagree: Floats
    answers: Floats

    @classmethod
    def of(cls, matrix: Matrix, group: Indices, groups: int) -> "Tally":
        """Count the answers of the members of each group; those of group -1 are left out."""
        inside = group[matrix.member] >= 0
        cell = group[matrix.member][inside] * len(matrix.statements) + matrix.statement[inside]
        value = matrix.value[inside]
        counts = [
            np.bincount(cell, one, groups * len(matrix.statements)).reshape(groups, len(matrix.statements))
            for one in (value > 0, value < 0, np.ones(len(value)))
        ]
        return cls(*counts)

    def lower(self, count: Floats) -> Floats:
        """Return the 10th percentiles of Beta(a + ½, n - a + ½), 0 where fewer than five answered."""
        return self._bound(PERCENTILE, count, 0.0)

    def upper(self, count: Floats) -> Floats:
        """Return the 90th percentiles, 1 where fewer than five answered."""
        return self._bound(1 - PERCENTILE, count, 1.0)

    def _bound(self, probability: float, count: Floats, unknown: float) -> Floats:
        bound = quantile(probability, count + 0.5, self.answers - count + 0.5)
        return np.where(self.answers >= LEAST_ANSWERS, bound, unknown)


@dataclass(frozen=True)
class Evidence:
    """All that decides about the statements: tallies of groups and of everybody, and of the groups' asked answers."""

    groups: Tally
    everybody: Tally
    asked: Tally
    asked_of_everybody: Tally

    @cached_property
    def least_agreement(self) -> Floats:
        """The lowest group's bound of agreement, by statement."""
        return self._agree(self.groups)

    @cached_property
    def least_disagreement(self) -> Floats:
        return self._disagree(self.groups)

    def verdicts(self, agreed_before: Flags, rejected_before: Flags) -> list[Verdict]:
        """Return each statement's verdict, given which are shown as common ground or rejected by all."""
        agreed = self._is_common(self._agree, agreed_before)
        rejected = self._is_common(self._disagree, rejected_before)
        return [
            "common-ground" if a else "rejected" if r else "dividing" if d else "unknown"
            for a, r, d in zip(agreed, rejected, self._divide(), strict=True)
        ]

    @staticmethod
    def _agree(tally: Tally) -> Floats:
        return tally.lower(tally.agree).min(axis=0)

    @staticmethod
    def _disagree(tally: Tally) -> Floats:
        return tally.lower(tally.disagree).min(axis=0)

    def _is_common(self, least: Callable[[Tally], Floats], before: Flags) -> Flags:
        needed = np.where(before, EVERY_GROUP_STAYS, EVERY_GROUP)
        bars = ((self.groups, needed), (self.everybody, EVERYBODY), (self.asked, ASKED))
        return np.all([least(tally) >= bar for tally, bar in bars], axis=0)

    def _divide(self) -> Flags:
        """Say where one group agrees and another disagrees.

        Two groups that are split alike do not part, however many answered: the first must agree more than the second.
        """
        low, high = self.groups.lower(self.groups.agree), self.groups.upper(self.groups.agree)
        disagrees = self.groups.lower(self.groups.disagree) >= ANOTHER_DISAGREES
        pairs = (low >= ONE_AGREES)[:, None] & disagrees[None, :] & (low[:, None] > high[None, :])
        return np.any(pairs, axis=(0, 1))


def representative(tally: Tally, group: int) -> Indices:
    """Return the statements that set a group apart, the most typical first.

    These are statements to which the group agrees (lower bound at least ½) significantly more often than all others do,
    by the z of two proportions. The level, one side of 10 %, is that of Polis.
    """
    agree, answers = tally.agree[group], tally.answers[group]
    z = two_proportion_z(agree, answers, tally.agree.sum(axis=0) - agree, tally.answers.sum(axis=0) - answers)
    typical = (tally.lower(tally.agree)[group] >= TYPICAL_AGREES) & (z >= SIGNIFICANT)
    order = np.argsort(-z, kind="stable")
    return order[typical[order]]


def two_proportion_z(a: Floats, n: Floats, b: Floats, m: Floats) -> Floats:
    """Return z for the difference of a / n and b / m, with the pooled variance; 0 where nothing can be compared."""
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (a + b) / (n + m)
        z = (a / n - b / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return np.where(np.isfinite(z), z, 0.0)
