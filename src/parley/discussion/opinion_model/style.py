"""Axes along which members differ in how they answer, not in what they favour. That is not a map of opinions.

Two patterns predict hidden answers although nobody takes another side: members differ in how often they are unsure; or
they differ in how far they follow what most others say, as where some answer at random, or agree to nearly everything.
Then a statement's loading follows from its popularity alone.
"""

import numpy as np

from parley.discussion.opinion_model.analysis import Gate, Reason
from parley.discussion.opinion_model.fit import Fit
from parley.discussion.opinion_model.matrix import Floats, Matrix

MOST_UNSURE = 0.5
# The part of the loadings' variance that popularity may explain, as a quadratic function.
MOST_EXPLAINED = 0.5
# Camps that contradict each other, one of them larger, also have loadings in proportion to popularity. But then one end
# of the axis, a tenth of members, takes the other side: its expected answers are the mean ones times less than this.
OTHER_SIDE = -0.25
END = 0.1
QUADRATIC, TINY = 3, 1e-12


def is_opinion(matrix: Matrix, fitted: Fit, axis: int) -> bool:
    return unsure(matrix, fitted, axis) <= MOST_UNSURE and popularity(matrix, fitted, axis) <= MOST_EXPLAINED


def reason(gate: Gate) -> Reason | None:
    """Return why the first axis is not a map, None if it is one."""
    if gate.unsure > MOST_UNSURE:
        return "differs-in-unsure"
    return "differs-in-style" if gate.popularity > MOST_EXPLAINED else None


def unsure(matrix: Matrix, fitted: Fit, axis: int) -> float:
    """Return the absolute rank correlation of position and the member's share of unsure answers.

    Ranks, so that a few members who are always unsure do not decide it.
    """
    shares = np.bincount(matrix.member, matrix.value == 0, len(matrix.members)) / matrix.answers_of_members()
    if shares.std() == 0:
        return 0.0
    return abs(float(np.corrcoef(_ranks(fitted.members.mean[axis]), _ranks(shares))[0, 1]))


def popularity(matrix: Matrix, fitted: Fit, axis: int) -> float:
    """Return which part of the loadings' variance follows from popularity, 0 if one end takes the other side.

    Statements are weighted by their answers, so that a few members do not decide it.
    """
    loadings, means = fitted.statements.mean[axis], fitted.statements.mean[-1]
    weights = matrix.answers_of_statements()
    ends = np.quantile(fitted.members.mean[axis], [END, 1 - END])
    sides = 1 + ends * float(weights @ (loadings * means)) / max(float(weights @ means**2), TINY)
    return 0.0 if sides.min() < OTHER_SIDE else _explained_variance(loadings, means, weights)


def _ranks(values: Floats) -> Floats:
    """Return the ranks of values, the mean rank for equal ones."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]


def _explained_variance(values: Floats, by: Floats, weights: Floats) -> float:
    """Return the adjusted R² of a quadratic regression with weights."""
    count, root = len(values), np.sqrt(weights)
    powers = np.vander(by, QUADRATIC)
    rest = values - powers @ np.linalg.lstsq(powers * root[:, None], values * root, rcond=None)[0]
    variance = float(weights @ (values - np.average(values, weights=weights)) ** 2)
    if count <= QUADRATIC or variance == 0:
        return 0.0
    return max(1 - float(weights @ rest**2) / variance * (count - 1) / (count - QUADRATIC), 0.0)
