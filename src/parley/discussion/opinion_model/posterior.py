"""Gaussian posteriors of members given the statements, and of statements given the members: the same regression."""

from dataclasses import dataclass
from itertools import combinations_with_replacement as pairs

import numpy as np

from parley.discussion.opinion_model.matrix import Floats, Grouped


@dataclass
class Posteriors:
    """Gaussian posteriors of all members or of all statements, over (position or loadings, intercept).

    `mean` has the shape (r + 1, count), `covariance` (r + 1, r + 1, count): one row a component, which is fast.
    """

    mean: Floats
    covariance: Floats

    @property
    def vectors(self) -> Floats:
        """Positions or loadings, with the shape (count, r)."""
        return self.mean[:-1].T

    @property
    def spreads(self) -> Floats:
        """Their covariances, with the shape (count, r, r)."""
        return np.moveaxis(self.covariance[:-1, :-1], 2, 0)

    def moments(self) -> Floats:
        """Return E[y yᵀ] of each, y being (position or loadings, intercept)."""
        return self.mean[:, None] * self.mean[None] + self.covariance


@dataclass(frozen=True)
class Sums:
    """Sums over the answers of each member or statement: d is (y, 1) of the partner, i the partner's intercept."""

    square: Floats  # E[d dᵀ], with the shape (r + 1, r + 1, count)
    product: Floats  # E[d (v - i)], with the shape (r + 1, count)


def sums_of(answers: Grouped, partners: Posteriors) -> Sums:
    """Sum what the regression of the answers on their partners needs."""
    axes = len(partners.mean) - 1
    moments, y, intercept = partners.moments(), partners.mean[:-1], partners.mean[-1]
    entries = list(pairs(range(axes), 2))
    table = np.vstack([*(moments[entry][None] for entry in entries), y, moments[:-1, -1], intercept])
    each = answers.of_partners(table)
    products = each[len(entries) + axes : -1]
    np.subtract(each[len(entries) : len(entries) + axes] * answers.value, products, out=products)
    np.subtract(answers.value, each[-1], out=each[-1])
    total = answers.total(each)
    square = np.empty((axes + 1, axes + 1, answers.count))
    for (row, column), entry in zip(entries, total, strict=False):
        square[row, column] = square[column, row] = entry
    square[-1, :-1] = square[:-1, -1] = total[len(entries) : len(entries) + axes]
    square[-1, -1] = answers.sizes
    return Sums(square, total[len(entries) + axes :])


def posterior(sums: Sums, prior: Floats, centre: float, noise: float) -> Posteriors:
    """Return the posteriors with the precision P = prior + Σ E[d dᵀ]/σ² and the mean P⁻¹ (Σ E[d (v - i)]/σ² + prior·b).

    b is 0, but for the intercept, where it is `centre`.
    """
    precision = sums.square / noise
    precision[range(len(prior)), range(len(prior))] += prior[:, None]
    shift = sums.product / noise
    shift[-1] += prior[-1] * centre
    covariance = inverse(precision)
    return Posteriors(np.einsum("ijn,jn->in", covariance, shift), covariance)


def inverse(matrices: Floats) -> Floats:
    """Invert small symmetric positive definite matrices, of the shape (size, size, count), by Gauss-Jordan elimination.

    Such matrices need no pivoting, and this is several times faster than `numpy.linalg.inv`.
    """
    inverted = matrices.copy()
    for pivot in range(len(inverted)):
        scale = 1 / inverted[pivot, pivot]
        inverted[pivot, pivot] = 1
        inverted[pivot] *= scale
        for other in range(len(inverted)):
            if other != pivot:
                factor = inverted[other, pivot].copy()
                inverted[other, pivot] = 0
                inverted[other] -= factor * inverted[pivot]
    return inverted


def transform(side: Posteriors, change: Floats) -> None:
    """Change positions or loadings linearly; intercepts stay."""
    whole = np.eye(len(change) + 1)
    whole[:-1, :-1] = change
    apply(side, whole)


def apply(side: Posteriors, change: Floats) -> None:
    side.mean = change @ side.mean
    half = np.tensordot(change, side.covariance, 1)
    side.covariance = np.tensordot(change, half, ([1], [1]))
