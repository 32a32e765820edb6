"""Axes along which members differ in how they answer, not in what they favour. Such an axis is no map of opinions.

Two patterns predict hidden answers although nobody takes another side: members differ in how often they are unsure; or
they differ in how far they follow what most others say, as where some answer at random, or agree to nearly everything.
Then a statement's loading follows from its popularity alone.
"""

import numpy as np

from parley.perspectives.analysis import Gate, Reason
from parley.perspectives.model.fit import Fit
from parley.perspectives.model.matrix import Floats, Matrix

MOST_UNSURE = 0.5
# The part of the loadings' variance that popularity may explain, as a quadratic function.
MOST_EXPLAINED = 0.5
# Camps that contradict each other, one of them larger, also have loadings in proportion to popularity. But then one end
# of the axis takes the other side: its expected answers are the mean ones times less than this.
OTHER_SIDE = -0.25
END = 0.05
QUADRATIC, TINY = 3, 1e-12


def is_opinion(matrix: Matrix, fitted: Fit, axis: int) -> bool:
    return unsure(matrix, fitted, axis) <= MOST_UNSURE and popularity(fitted, axis) <= MOST_EXPLAINED


def reason(gate: Gate) -> Reason | None:
    """Return why the first axis is no map, None if it is one."""
    if gate.unsure > MOST_UNSURE:
        return "differs-in-unsure"
    return "differs-in-style" if gate.popularity > MOST_EXPLAINED else None


def unsure(matrix: Matrix, fitted: Fit, axis: int) -> float:
    """Return the correlation, without its sign, of position and the member's share of unsure answers."""
    shares = np.bincount(matrix.member, matrix.value == 0, len(matrix.members)) / matrix.answers_of_members()
    if shares.std() == 0:
        return 0.0
    return abs(float(np.corrcoef(fitted.members.mean[axis], shares)[0, 1]))


def popularity(fitted: Fit, axis: int) -> float:
    """Return which part of the loadings' variance follows from popularity, 0 if one end takes the other side."""
    loadings, means = fitted.statements.mean[axis], fitted.statements.mean[-1]
    ends = np.quantile(fitted.members.mean[axis], [END, 1 - END])
    sides = 1 + ends * float(loadings @ means) / max(float(means @ means), TINY)
    return 0.0 if sides.min() < OTHER_SIDE else _explained(loadings, means)


def _explained(values: Floats, by: Floats) -> float:
    """Return the adjusted R² of a quadratic regression."""
    count = len(values)
    powers = np.vander(by, QUADRATIC)
    rest = values - powers @ np.linalg.lstsq(powers, values, rcond=None)[0]
    variance = float(((values - values.mean()) ** 2).sum())
    if count <= QUADRATIC or variance == 0:
        return 0.0
    return max(1 - float((rest**2).sum()) / variance * (count - 1) / (count - QUADRATIC), 0.0)
