"""Variational Bayesian PCA with intercepts for members and statements.

An answer is v = m_c + s_u + w_c·x_u + ε with x_u ~ N(0, I_r), s_u ~ N(0, τ²), w_c ~ N(0, diag(1/α)), m_c ~ N(μ, ρ²) and
ε ~ N(0, σ²). The posterior is approximated by independent Gaussians, one a member over (x, s) and one a statement over
(w, m), updated in turn (Ilin & Raiko, "Practical approaches to principal component analysis in the presence of missing
values", JMLR 11, 2010).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from parley.perspectives.model.matrix import Floats, Indices, Matrix

LEAST_ROUNDS, MOST_ROUNDS, PRECISION = 10, 60, 1e-4
LEAST_NOISE, LEAST_INTERCEPTS, LEAST_MEANS = 0.02, 1e-4, 1e-3
POWER_STEPS, FIRST_LOADINGS = 12, 0.3


@dataclass
class Side:
    """Gaussian posteriors of all members or of all statements, over (position or loadings, intercept).

    `mean` has the shape (count, r + 1), `covariance` (count, r + 1, r + 1).
    """

    mean: Floats
    covariance: Floats

    def moment(self) -> Floats:
        """Return E[y yᵀ] of each, y being the position or the loadings."""
        y = self.mean[:, :-1]
        return y[:, :, None] * y[:, None, :] + self.covariance[:, :-1, :-1]

    def intercept_moment(self) -> Floats:
        return self.mean[:, -1] ** 2 + self.covariance[:, -1, -1]


@dataclass
class Fit:
    members: Side
    statements: Side
    noise: float  # σ²
    intercepts: float  # τ²
    means: float  # ρ²
    centre: float  # μ
    relevance: Floats  # α

    @property
    def axes(self) -> int:
        return len(self.relevance)

    def predict(self, member: Indices, statement: Indices) -> Floats:
        """Return the expected answers, which are in [-1, 1]."""
        x, w = self.members.mean[member], self.statements.mean[statement]
        return np.clip((x[:, :-1] * w[:, :-1]).sum(axis=1) + x[:, -1] + w[:, -1], -1, 1)


def fit(matrix: Matrix, axes: int, seed: int, warm: Floats | None = None) -> Fit:
    """Fit the model; `warm` has a row (loadings, mean) for each statement to start from, NaN where it is unknown."""
    state = _start(matrix, axes, seed, warm)
    sums = _Sums(matrix)
    for done in range(1, MOST_ROUNDS + 1):
        before = state.noise
        _round(state, matrix, sums)
        if done >= LEAST_ROUNDS and abs(state.noise - before) < PRECISION * state.noise:
            break
    return state


def place(matrix: Matrix, fitted: Fit) -> Side:
    """Return the posteriors of all members of a matrix whose statements are those of the fit, in their order."""
    return _members(fitted, matrix, _Sums(matrix))


class _Sums:
    """Sums over each member's and each statement's answers; the answers are sorted by member."""

    def __init__(self, matrix: Matrix) -> None:
        self.member, self.statement, self.value = matrix.member, matrix.statement, matrix.value
        self.members, self.statements = len(matrix.members), len(matrix.statements)

    def by_member(self, weights: Floats) -> Floats:
        return np.bincount(self.member, weights, self.members)

    def by_statement(self, weights: Floats) -> Floats:
        return np.bincount(self.statement, weights, self.statements)


def _round(state: Fit, matrix: Matrix, sums: _Sums) -> None:
    state.members = _members(state, matrix, sums)
    _standardise(state)
    state.statements = _statements(state, matrix, sums)
    state.noise = max(_noise(state, matrix), LEAST_NOISE)
    state.intercepts = max(float(state.members.intercept_moment().mean()), LEAST_INTERCEPTS)
    means = state.statements.mean[:, -1]
    state.centre = float(means.mean())
    variance = ((means - state.centre) ** 2 + state.statements.covariance[:, -1, -1]).mean()
    state.means = max(float(variance), LEAST_MEANS)
    _rotate(state)
    state.relevance = 1 / np.maximum(np.einsum("crr->r", state.statements.moment()) / len(means), 1e-12)


def _members(state: Fit, matrix: Matrix, sums: _Sums) -> Side:
    prior = np.append(np.ones(state.axes), 1 / state.intercepts)
    return _posterior(sums.by_member, matrix.statement, matrix.value, state.statements, prior, 0.0, state.noise)


def _statements(state: Fit, matrix: Matrix, sums: _Sums) -> Side:
    prior = np.append(state.relevance, 1 / state.means)
    return _posterior(sums.by_statement, matrix.member, matrix.value, state.members, prior, state.centre, state.noise)


def _posterior(
    total: Callable[[Floats], Floats],
    partner: Indices,
    value: Floats,
    other: Side,
    prior: Floats,
    centre: float,
    noise: float,
) -> Side:
    """Regress the answers on the partners' posteriors: the precision P = prior + Σ E[d dᵀ] / σ² with d = (y, 1).

    The mean is P⁻¹ (Σ (E[d] (v - E[i]) - cov(d, i)) / σ² + prior · centre), i being the partner's intercept.
    """
    axes = len(prior) - 1
    y, moment = other.mean[:, :-1], other.moment()
    offset = y * other.mean[:, -1:] + other.covariance[:, :-1, -1]
    precision = np.empty((len(total(value)), axes + 1, axes + 1))
    shift = np.empty(precision.shape[:2])
    for row in range(axes):
        for column in range(row + 1):
            precision[:, row, column] = precision[:, column, row] = total(moment[partner, row, column])
        precision[:, row, axes] = precision[:, axes, row] = total(y[partner, row])
        shift[:, row] = total(y[partner, row] * value - offset[partner, row])
    precision[:, axes, axes] = total(np.ones(len(value)))
    shift[:, axes] = total(value - other.mean[partner, -1])
    precision /= noise
    precision[:, range(axes + 1), range(axes + 1)] += prior
    shift /= noise
    shift[:, axes] += prior[axes] * centre
    covariance = np.linalg.inv(precision)
    return Side(np.einsum("nij,nj->ni", covariance, shift), covariance)


def _standardise(state: Fit) -> None:
    """Give positions mean 0 and variance 1, and intercepts mean 0, without changing any prediction."""
    mean = state.members.mean.mean(axis=0)
    members, statements = state.members, state.statements
    members.mean = members.mean - mean
    _shift(statements, mean)
    if not state.axes:
        return
    spread = np.linalg.cholesky(members.moment().mean(axis=0))
    _transform(members, np.linalg.inv(spread))
    _transform(statements, spread.T)


def _shift(statements: Side, mean: Floats) -> None:
    """Move what the mean member (x, s) adds into the statements' intercepts."""
    change = np.eye(len(mean))
    change[-1, :-1] = mean[:-1]
    statements.mean = statements.mean @ change.T
    statements.mean[:, -1] += mean[-1]
    statements.covariance = change @ statements.covariance @ change.T


def _rotate(state: Fit) -> None:
    """Turn the axes so that W'W is diagonal, the largest first."""
    if state.axes <= 1:
        return
    _, vectors = np.linalg.eigh(state.statements.moment().sum(axis=0))
    rotation = vectors[:, ::-1].T
    rotation *= np.sign(rotation[range(state.axes), np.abs(rotation).argmax(axis=1)])[:, None]
    _transform(state.members, rotation)
    _transform(state.statements, rotation)


def turn(fitted: Fit, signs: Floats) -> None:
    """Mirror axes where a sign is -1."""
    _transform(fitted.members, np.diag(signs))
    _transform(fitted.statements, np.diag(signs))


def _transform(side: Side, change: Floats) -> None:
    whole = np.eye(len(change) + 1)
    whole[:-1, :-1] = change
    side.mean = side.mean @ whole.T
    side.covariance = whole @ side.covariance @ whole.T


def _noise(state: Fit, matrix: Matrix) -> float:
    """Return the mean expected squared residual."""
    x, w = state.members, state.statements
    residual = matrix.value - (x.mean[matrix.member, -1] + w.mean[matrix.statement, -1])
    variance = x.covariance[matrix.member, -1, -1] + w.covariance[matrix.statement, -1, -1]
    for row in range(state.axes):
        a, b = x.mean[matrix.member, row], w.mean[matrix.statement, row]
        residual -= a * b
        variance += 2 * a * w.covariance[matrix.statement, row, -1]
        variance += 2 * b * x.covariance[matrix.member, row, -1]
        for column in range(state.axes):
            p, q = x.covariance[matrix.member, row, column], w.covariance[matrix.statement, row, column]
            variance += p * q + p * b * w.mean[matrix.statement, column] + q * a * x.mean[matrix.member, column]
    return float((residual**2 + variance).mean())


def _start(matrix: Matrix, axes: int, seed: int, warm: Floats | None) -> Fit:
    sums = _Sums(matrix)
    count = np.maximum(sums.by_statement(np.ones(len(matrix))), 1)
    mean = sums.by_statement(matrix.value) / count
    start = np.column_stack([_power(matrix, sums, mean, axes, seed), mean])
    if warm is not None:
        start = np.where(np.isnan(warm), np.column_stack([np.zeros((len(mean), axes)), mean]), warm)
    residual = float(((matrix.value - mean[matrix.statement]) ** 2).mean())
    flat = np.zeros((len(mean), axes + 1, axes + 1))
    empty = Side(np.zeros((len(matrix.members), axes + 1)), np.zeros((len(matrix.members), axes + 1, axes + 1)))
    relevance = np.full(axes, FIRST_LOADINGS**-2)
    return Fit(empty, Side(start, flat), max(residual, LEAST_NOISE), 0.1, 0.25, float(mean.mean()), relevance)


def _power(matrix: Matrix, sums: _Sums, mean: Floats, axes: int, seed: int) -> Floats:
    """Return the leading loadings by power steps on the answers less their statement's mean.

    Each answer is divided by the root of its member's number of answers, so that nobody counts for more than one.
    """
    loadings = np.random.default_rng(seed).standard_normal((len(mean), axes))
    if not axes:
        return loadings
    weight = 1 / np.sqrt(matrix.answers_of_members())[matrix.member]
    value = (matrix.value - mean[matrix.statement]) * weight
    for _ in range(POWER_STEPS):
        loadings, _ = np.linalg.qr(loadings)
        positions = [sums.by_member(value * loadings[matrix.statement, axis]) for axis in range(axes)]
        loadings = np.column_stack([sums.by_statement(value * one[matrix.member]) for one in positions])
    size = np.sqrt((loadings**2).mean(axis=0))
    return loadings * (FIRST_LOADINGS / np.maximum(size, 1e-12))
