"""The gate: a map is shown only if it predicts hidden answers better than the intercepts alone do."""

from math import ceil

import msgspec
import numpy as np

from parley.perspectives.analysis import Gain, Gate, Reason
from parley.perspectives.model.fit import fit
from parley.perspectives.model.matrix import Flags, Floats, Matrix

LEAST_MEMBERS, LEAST_STATEMENTS, ANSWERS_OF_STATEMENT = 30, 10, 10
# Each deal of the answers into folds hides every answer once. No more are dealt when the gain is negative or twice what
# opens the gate.
FOLDS, DEALS, BEYOND_DOUBT = 5, 5, 2.0
LEAST_SHARE, OPENS, OPENS_TRIMMED = 0.02, 3.0, 2.0
# A map that is shown stays until it falls below these: the folds are dealt at random, so that z varies.
STAYS, STAYS_TRIMMED = 2.0, 1.0
TRIMMED = 0.1
TINY = 1e-300


def is_enough(matrix: Matrix) -> bool:
    """Say whether the well-answered part of a thread is large enough to try."""
    statements = (matrix.answers_of_statements() >= ANSWERS_OF_STATEMENT).sum()
    return len(matrix.members) >= LEAST_MEMBERS and bool(statements >= LEAST_STATEMENTS)


def measure(matrix: Matrix, seed: int, *, was_open: bool) -> Gate:
    """Return how well a map predicts hidden answers, and whether a second axis adds to the first."""
    errors = Errors(matrix, seed)
    first = errors.compare(0, 2)
    second = errors.compare(1, 2) if opens(first, was_open=was_open) else None
    return msgspec.structs.replace(too_few(matrix), map=first, second_axis=second)


def too_few(matrix: Matrix) -> Gate:
    """Return the gate of a thread that has too few answers to try."""
    return Gate(len(matrix.members), len(matrix.statements), len(matrix))


def opens(gained: Gain, *, was_open: bool) -> bool:
    return gained.share >= LEAST_SHARE and adds(gained, was_open=was_open)


def adds(gained: Gain, *, was_open: bool) -> bool:
    least, trimmed = (STAYS, STAYS_TRIMMED) if was_open else (OPENS, OPENS_TRIMMED)
    return gained.z >= least and gained.trimmed_z >= trimmed


def has_second_axis(gate: Gate, *, had_it: bool) -> bool:
    return gate.second_axis is not None and adds(gate.second_axis, was_open=had_it)


def reason(gate: Gate, *, was_open: bool) -> Reason | None:
    """Return why the gate is closed, None if it is open."""
    if gate.map is None:
        return "too-few-answers"
    if opens(gate.map, was_open=was_open):
        return None
    return "rests-on-few" if gate.map.share >= LEAST_SHARE and gate.map.z >= OPENS else "no-pattern"


class Errors:
    """Squared errors of answers that were hidden from the fit, by the number of axes and the deal."""

    def __init__(self, matrix: Matrix, seed: int) -> None:
        self.matrix, self.seed = matrix, seed
        random = np.random.default_rng(seed)
        self.folds = [random.permutation(len(matrix)) % FOLDS for _ in range(DEALS)]
        self.known: dict[tuple[int, int], Floats] = {}

    def compare(self, simple: int, rich: int) -> Gain:
        """Return what the map with `rich` axes gains over that with `simple` axes, over as many deals as it takes."""
        deals = list[tuple[Floats, Floats]]()
        for deal in range(DEALS):
            deals.append((self.of(simple, deal), self.of(rich, deal)))
            found = gain(self.matrix, *np.mean(deals, axis=0))
            if is_beyond_doubt(found):
                break
        return found

    def of(self, axes: int, deal: int) -> Floats:
        """Return each answer's squared error when it is predicted from the other four folds."""
        if (axes, deal) not in self.known:
            fold = self.folds[deal]
            errors = np.zeros(len(self.matrix))
            for hidden in range(FOLDS):
                errors[fold == hidden] = self._of_fold(axes, fold == hidden)
            self.known[axes, deal] = errors
        return self.known[axes, deal]

    def _of_fold(self, axes: int, hidden: Flags) -> Floats:
        fitted = fit(self.matrix.only(~hidden), axes, self.seed)
        asked = self.matrix.only(hidden)
        return (asked.value - fitted.predict(asked.member, asked.statement)) ** 2


def gain(matrix: Matrix, simple: Floats, rich: Floats) -> Gain:
    """Compare the squared errors of two models on the same hidden answers, member by member."""
    gains = np.bincount(matrix.member, simple - rich, len(matrix.members))
    kept = np.sort(gains)[: len(gains) - ceil(TRIMMED * len(gains))]
    return Gain(float(gains.sum() / simple.sum()), _z(gains), _z(kept))


def is_beyond_doubt(found: Gain) -> bool:
    clear = found.z >= BEYOND_DOUBT * OPENS and found.trimmed_z >= BEYOND_DOUBT * OPENS_TRIMMED
    return found.z < 0 or (clear and found.share >= BEYOND_DOUBT * LEAST_SHARE)


def _z(gains: Floats) -> float:
    return float(gains.sum() / np.sqrt(max((gains**2).sum(), TINY)))
