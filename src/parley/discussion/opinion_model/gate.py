"""The gate: a map is shown only if it predicts hidden answers better than the intercepts alone do."""

from math import ceil, inf

import msgspec
import numpy as np

from parley.discussion.opinion_model.analysis import LEAST_MEMBERS, LEAST_STATEMENTS, Gain, Gate, Reason
from parley.discussion.opinion_model.fit import fit
from parley.discussion.opinion_model.matrix import Flags, Floats, Indices, Matrix

# A statement with fewer answers does not count.
ANSWERS_OF_STATEMENT = 10
# The cross-validation is repeated; each repetition hides every answer once. No more are needed when the gain is
# negative, or twice what opens the gate.
FOLDS, REPETITIONS, BEYOND_DOUBT = 5, 5, 2.0
LEAST_SHARE, OPENS, OPENS_TRIMMED = 0.02, 3.0, 2.0
# A few statements that say the same predict each other. That is not a map, so the gain must be as large on the other
# statements: without those that the map explains best, which have a fifth of all answers.
OPENS_OTHERS = 1.0
# A map that is shown stays until it falls below these: the folds are random, so that z varies.
STAYS, STAYS_TRIMMED, STAYS_OTHERS = 2.0, 1.0, 0.0
TRIMMED, TRIMMED_ANSWERS = 0.1, 0.2
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
    return Gate(len(matrix.members), len(matrix.statements), len(matrix))


def opens(gained: Gain, *, was_open: bool) -> bool:
    return gained.share >= LEAST_SHARE and adds(gained, was_open=was_open)


def adds(gained: Gain, *, was_open: bool) -> bool:
    least, trimmed = (STAYS, STAYS_TRIMMED) if was_open else (OPENS, OPENS_TRIMMED)
    others, share = (STAYS_OTHERS, -inf) if was_open else (OPENS_OTHERS, LEAST_SHARE)
    on_others = gained.others_z >= others and gained.others_share >= share
    return gained.z >= least and gained.trimmed_z >= trimmed and on_others


def has_second_axis(gate: Gate, *, had_it: bool) -> bool:
    return gate.second_axis is not None and adds(gate.second_axis, was_open=had_it)


def reason(gate: Gate, *, was_open: bool) -> Reason | None:
    """Return why the gate is closed, None if it is open."""
    if gate.map is None:
        return "too-few-answers"
    if opens(gate.map, was_open=was_open):
        return None
    if gate.map.share < LEAST_SHARE or gate.map.z < OPENS:
        return "no-pattern"
    return "rests-on-few" if gate.map.trimmed_z < OPENS_TRIMMED else "rests-on-few-statements"


class Errors:
    """Squared errors of answers that were hidden from the fit, by the number of axes and the repetition."""

    def __init__(self, matrix: Matrix, seed: int, folds: list[Indices] | None = None) -> None:
        self.matrix, self.seed = matrix, seed
        random = np.random.default_rng(seed)
        self.folds = folds or [random.permutation(len(matrix)) % FOLDS for _ in range(REPETITIONS)]
        self.known: dict[tuple[int, int], Floats] = {}

    def compare(self, simple: int, rich: int) -> Gain:
        """Return what the map with `rich` axes gains over that with `simple` axes, in as many repetitions as needed."""
        for repetitions in range(1, REPETITIONS + 1):
            before, after = self._mean(simple, repetitions), self._mean(rich, repetitions)
            gained = gain(self.matrix, before, after)
            if is_beyond_doubt(gained):
                break
        # Otherwise the gain on the other statements does not matter.
        if gained.z < STAYS or gained.trimmed_z < STAYS_TRIMMED:
            return gained
        others = ~_explained_best(self.matrix, before - after)[self.matrix.statement]
        part = Errors(self.matrix.only(others), self.seed, [fold[others] for fold in self.folds])
        rest = gain(part.matrix, part._mean(simple, repetitions), after[others])
        return msgspec.structs.replace(gained, others_share=rest.share, others_z=rest.z)

    def _mean(self, axes: int, repetitions: int) -> Floats:
        return np.mean([self.of(axes, repetition) for repetition in range(repetitions)], axis=0)

    def of(self, axes: int, repetition: int) -> Floats:
        """Return each answer's squared error when it is predicted from the other four folds."""
        if (axes, repetition) not in self.known:
            fold = self.folds[repetition]
            errors = np.zeros(len(self.matrix))
            for hidden in range(FOLDS):
                errors[fold == hidden] = self._of_fold(axes, fold == hidden)
            self.known[axes, repetition] = errors
        return self.known[axes, repetition]

    def _of_fold(self, axes: int, hidden: Flags) -> Floats:
        fitted = fit(self.matrix.only(~hidden), axes, self.seed)
        asked = self.matrix.only(hidden)
        return (asked.value - fitted.predict(asked.member, asked.statement)) ** 2


def gain(matrix: Matrix, simple: Floats, rich: Floats) -> Gain:
    """Compare the squared errors of two models on the same hidden answers, member by member."""
    gains = np.bincount(matrix.member, simple - rich, len(matrix.members))
    kept = np.sort(gains)[: len(gains) - ceil(TRIMMED * len(gains))]
    return Gain(float(gains.sum() / simple.sum()), _z(gains), _z(kept))


def _explained_best(matrix: Matrix, saved: Floats) -> Flags:
    """Say which statements are those on whose answers most error is saved, and which have a fifth of all answers."""
    order = np.argsort(-np.bincount(matrix.statement, saved, len(matrix.statements)))
    answers = matrix.answers_of_statements()[order]
    explained = np.zeros(len(order), bool)
    explained[order[np.cumsum(answers) - answers < TRIMMED_ANSWERS * len(matrix)]] = True
    return explained


def is_beyond_doubt(gained: Gain) -> bool:
    clear = gained.z >= BEYOND_DOUBT * OPENS and gained.trimmed_z >= BEYOND_DOUBT * OPENS_TRIMMED
    return gained.z < 0 or (clear and gained.share >= BEYOND_DOUBT * LEAST_SHARE)


def _z(gains: Floats) -> float:
    return float(gains.sum() / np.sqrt(max((gains**2).sum(), TINY)))
