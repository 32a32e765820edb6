"""What the members placed in groups say of each statement."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from parley.discussion.opinion_model.analysis import Verdict
from parley.discussion.opinion_model.beta import quantile
from parley.discussion.opinion_model.matrix import Flags, Floats, Indices, Matrix

LEAST_ANSWERS, PERCENTILE = 5, 0.1
EVERY_GROUP, EVERYBODY, ASKED = 0.6, 0.5, 0.5
# Common ground that was shown stays until the lowest group falls below this.
EVERY_GROUP_STAYS = 0.55
ONE_AGREES, ANOTHER_DISAGREES = 0.5, 0.4
# Without groups: this many answers are needed, and everybody is split if both bounds are at least this.
LEAST_OF_EVERYBODY, SPLIT = 10, 0.3
TYPICAL_AGREES, SIGNIFICANT = 0.5, 1.2816


@dataclass(frozen=True)
class AnswerCounts:
    """Counts of answers, with the shape (groups, statements)."""

    agree: Floats
    disagree: Floats
    answers: Floats

    @classmethod
    def of(cls, matrix: Matrix, group: Indices, groups: int) -> "AnswerCounts":
        """Count the answers of the members of each group; those of group -1 are left out."""
        inside = group[matrix.member] >= 0
        cell = group[matrix.member][inside] * len(matrix.statements) + matrix.statement[inside]
        value = matrix.value[inside]
        counts = [
            np.bincount(cell, mask, groups * len(matrix.statements)).reshape(groups, len(matrix.statements))
            for mask in (value > 0, value < 0, np.ones(len(value)))
        ]
        return cls(*counts)

    @cached_property
    def least_agree(self) -> Floats:
        """Lower bounds of shares, the 10th percentiles of Beta(a + ½, n - a + ½); 0 if fewer than five answered."""
        return self._bound(PERCENTILE, self.agree, 0.0)

    @cached_property
    def least_disagree(self) -> Floats:
        return self._bound(PERCENTILE, self.disagree, 0.0)

    @cached_property
    def most_agree(self) -> Floats:
        """Upper bounds, the 90th percentiles; 1 if fewer than five answered."""
        return self._bound(1 - PERCENTILE, self.agree, 1.0)

    def _bound(self, probability: float, count: Floats, unknown: float) -> Floats:
        return np.where(self.answers >= LEAST_ANSWERS, share_quantile(probability, count, self.answers), unknown)


def share_quantile(probability: float, count: Floats, answers: Floats) -> Floats:
    """Return the quantiles of Beta(count + ½, answers - count + ½), computing those of equal counts once."""
    width = int(answers.max(initial=0)) + 1
    cells, which = np.unique((count * width + answers).astype(int), return_inverse=True)
    some, of = cells // width, cells % width
    return quantile(probability, some + 0.5, of - some + 0.5)[which].reshape(count.shape)


@dataclass(frozen=True)
class Evidence:
    """All that decides about the statements: tallies of groups and of everybody, and of the groups' asked answers."""

    groups: AnswerCounts
    everybody: AnswerCounts
    asked: AnswerCounts
    asked_of_everybody: AnswerCounts

    def verdicts(self, agreed_before: Flags, rejected_before: Flags) -> list[Verdict]:
        """Return each statement's verdict, given which are shown as common ground or rejected by all."""
        agreed = self._is_common([tally.least_agree for tally in self._tallies], agreed_before)
        rejected = self._is_common([tally.least_disagree for tally in self._tallies], rejected_before)
        return _name_verdicts(agreed, rejected, self._divide())

    def verdicts_of_everybody(self, agreed_before: Flags, rejected_before: Flags) -> list[Verdict]:
        """Return the verdicts with everybody as the only group, which divide where everybody is split."""
        tallies, enough = self._tallies_of_everybody, self.everybody.answers[0] >= LEAST_OF_EVERYBODY
        agreed = self._is_common([tally.least_agree for tally in tallies], agreed_before)
        rejected = self._is_common([tally.least_disagree for tally in tallies], rejected_before)
        split = np.minimum(self.everybody.least_agree[0], self.everybody.least_disagree[0]) >= SPLIT
        return _name_verdicts(agreed & enough, rejected & enough, split & enough)

    @property
    def _tallies(self) -> tuple[AnswerCounts, AnswerCounts, AnswerCounts]:
        return self.groups, self.everybody, self.asked

    @property
    def _tallies_of_everybody(self) -> tuple[AnswerCounts, AnswerCounts, AnswerCounts]:
        return self.everybody, self.everybody, self.asked_of_everybody

    def _is_common(self, bounds: list[Floats], before: Flags) -> Flags:
        """Say what every group's bound, everybody's, and every group's among asked answers are high enough for."""
        bars = np.where(before, EVERY_GROUP_STAYS, EVERY_GROUP), EVERYBODY, ASKED
        return np.all([bound.min(axis=0) >= bar for bound, bar in zip(bounds, bars, strict=True)], axis=0)

    def _divide(self) -> Flags:
        """Say where one group agrees and another disagrees.

        Two groups that are split alike do not count, however many answered: the first must agree more than the second.
        """
        agrees, disagrees = self.groups.least_agree >= ONE_AGREES, self.groups.least_disagree >= ANOTHER_DISAGREES
        more = self.groups.least_agree[:, None] > self.groups.most_agree[None, :]
        return np.any(agrees[:, None] & disagrees[None, :] & more, axis=(0, 1))


def _name_verdicts(agreed: Flags, rejected: Flags, divide: Flags) -> list[Verdict]:
    return [
        "common-ground" if a else "rejected" if r else "dividing" if d else "unknown"
        for a, r, d in zip(agreed, rejected, divide, strict=True)
    ]


def representative(tally: AnswerCounts, group: int) -> Indices:
    """Return the statements that set a group apart, the most typical first.

    The group agrees to these (lower bound at least ½) significantly more often than all others, by the z of two
    proportions. The one-sided level of 10 % is the one that Polis uses.
    """
    agree, answers = tally.agree[group], tally.answers[group]
    z = two_proportion_z(agree, answers, tally.agree.sum(axis=0) - agree, tally.answers.sum(axis=0) - answers)
    typical = (tally.least_agree[group] >= TYPICAL_AGREES) & (z >= SIGNIFICANT)
    order = np.argsort(-z, kind="stable")
    return order[typical[order]]


def two_proportion_z(a: Floats, n: Floats, b: Floats, m: Floats) -> Floats:
    """Return z for the difference of a / n and b / m, with the pooled variance; 0 where nothing can be compared."""
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (a + b) / (n + m)
        z = (a / n - b / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return np.where(np.isfinite(z), z, 0.0)
