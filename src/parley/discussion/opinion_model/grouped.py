"""The answers in the order in which they are summed."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from parley.discussion.opinion_model.matrix import Floats, Indices, Matrix


@dataclass(frozen=True)
class Grouped:
    """The answers sorted by member, or by statement, so that they are summed fast for each."""

    of: Indices
    partner: Indices
    value: Floats
    count: int

    @classmethod
    def by_member(cls, matrix: Matrix) -> Self:
        return cls._sort(matrix.member, matrix.statement, matrix.value, len(matrix.members))

    @classmethod
    def by_statement(cls, matrix: Matrix) -> Self:
        return cls._sort(matrix.statement, matrix.member, matrix.value, len(matrix.statements))

    @classmethod
    def _sort(cls, of: Indices, partner: Indices, value: Floats, count: int) -> Self:
        order = np.argsort(of, kind="stable")
        return cls(of[order], partner[order], value[order], count)

    @cached_property
    def sizes(self) -> Indices:
        return np.bincount(self.of, minlength=self.count)

    @cached_property
    def sums(self) -> Floats:
        """The sum of each one's answers."""
        return self.total(self.value[None])[0]

    @cached_property
    def squares(self) -> float:
        """The sum of all squared answers."""
        return float((self.value**2).sum())

    def mean(self) -> Floats:
        return self.sums / np.maximum(self.sizes, 1)

    def of_partners(self, table: Floats) -> Floats:
        """Return each answer's column of a table of the partners, of the shape (any, partners)."""
        # The indices are within the table. With "clip", numpy does not check them first, which takes half of the time.
        return np.take(table, self.partner, axis=1, mode="clip")

    def total(self, weights: Floats) -> Floats:
        """Sum weights, of the shape (any, answers), for each: the shape becomes (any, count)."""
        present = np.flatnonzero(self.sizes)
        totals = np.zeros((len(weights), self.count))
        if len(present):
            starts = np.cumsum(self.sizes) - self.sizes
            totals[:, present] = np.add.reduceat(weights, starts[present], axis=1)
        return totals
