"""A thread's answers as index arrays, and which of them are enough to work with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from parley.discussion.opinion_model.analysis import Votes

# Of float64, intp and bool; the types of numpy's operations are not narrower.
Floats = NDArray[Any]
Indices = NDArray[Any]
Flags = NDArray[Any]

# A statement with fewer answers, then a member with fewer, says too little.
STATEMENT_ANSWERS, MEMBER_ANSWERS = 3, 7
# Of a member this many answers go into the fit and the gate, so that nobody weighs more by answering more.
MOST_ANSWERS = 60


@dataclass(frozen=True)
class Matrix:
    """The answers as a sparse matrix: element i says that member[i] answered statement[i] with value[i]."""

    member: Indices
    statement: Indices
    value: Floats
    asked: Flags
    members: tuple[str, ...]
    statements: tuple[str, ...]

    @classmethod
    def of(cls, votes: Votes) -> Self:
        members, member = _encode(votes.voter)
        statements, statement = _encode(votes.statement)
        asked = np.ones(len(member), bool) if votes.asked is None else np.asarray(votes.asked, bool)
        # The position of each cell's last answer, by cell: sorted by member, then statement.
        cells = member * len(statements) + statement
        last = len(cells) - 1 - np.unique(cells[::-1], return_index=True)[1]
        value = np.asarray(votes.value, np.float64)
        return cls(member[last], statement[last], value[last], asked[last], members, statements)

    def __len__(self) -> int:
        return len(self.value)

    def only(self, chosen: Flags) -> Self:
        """Return the chosen answers; members and statements keep their indices."""
        return replace(
            self,
            member=self.member[chosen],
            statement=self.statement[chosen],
            value=self.value[chosen],
            asked=self.asked[chosen],
        )

    def answers_of_members(self) -> Indices:
        return np.bincount(self.member, minlength=len(self.members))

    def answers_of_statements(self) -> Indices:
        return np.bincount(self.statement, minlength=len(self.statements))

    def compact(self) -> Self:
        """Return the matrix without members and statements that have no answers left."""
        members, member = np.unique(self.member, return_inverse=True)
        statements, statement = np.unique(self.statement, return_inverse=True)
        return replace(
            self,
            member=member,
            statement=statement,
            members=tuple(self.members[member] for member in members),
            statements=tuple(self.statements[statement] for statement in statements),
        )

    def indices_of_members(self, names: Sequence[Any]) -> Indices:
        index = {name: position for position, name in enumerate(self.members)}
        return np.array([index[name] for name in names], np.intp)

    def onto(self, statements: Sequence[Any]) -> Self:
        """Return the answers to these statements, which get these indices; members keep theirs."""
        index = {name: position for position, name in enumerate(statements)}
        new = np.array([index.get(name, -1) for name in self.statements], np.intp)
        part = self.only(new[self.statement] >= 0)
        return replace(part, statement=new[part.statement], statements=tuple(statements))

    def well_answered(self) -> Self:
        """Return what remains without statements with fewer than 3 answers, then members with fewer than 7.

        Of a member at most 60 answers remain: those to the statements that most members answered.
        """
        enough = self.only((self.answers_of_statements() >= STATEMENT_ANSWERS)[self.statement])
        limited = enough.only(enough.ranks() < MOST_ANSWERS)
        return limited.only((limited.answers_of_members() >= MEMBER_ANSWERS)[limited.member]).compact()

    def ranks(self) -> Indices:
        """Return each answer's rank among those of its member, from 0: first the statement that most answered."""
        order = np.lexsort((self.statement, -self.answers_of_statements()[self.statement], self.member))
        sizes = self.answers_of_members()
        ranked = np.empty(len(self), np.intp)
        ranked[order] = np.arange(len(self)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return ranked


def _encode(names: Sequence[Any]) -> tuple[tuple[Any, ...], Indices]:
    """Return the distinct names in their order, and each element's index among them."""
    index: dict[Any, int] = {}
    codes = np.fromiter((index.setdefault(name, len(index)) for name in names), np.intp, len(names))
    return tuple(index), codes


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
        return self.total(self.value[None])[0]

    @cached_property
    def squares(self) -> float:
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
