"""Variational Bayesian PCA with intercepts for members and statements.

An answer is v = m_c + s_u + w_c·x_u + ε with x_u ~ N(0, I_r), s_u ~ N(0, τ²), w_c ~ N(0, diag(1/α)), m_c ~ N(μ, ρ²) and
ε ~ N(0, σ²). The posterior is approximated by independent Gaussians, one a member over (x, s) and one a statement over
(w, m), updated in turn (Ilin & Raiko, "Practical approaches to principal component analysis in the presence of missing
values", JMLR 11, 2010).
"""

from dataclasses import dataclass

import numpy as np

from parley.discussion.opinion_model.matrix import Floats, Grouped, Indices, Matrix
from parley.discussion.opinion_model.posterior import Posteriors, Sums, apply, posterior, sums_of, transform

LEAST_ROUNDS, MOST_ROUNDS, PRECISION = 10, 60, 1e-4
LEAST_NOISE, LEAST_INTERCEPTS, LEAST_MEANS = 0.02, 1e-4, 1e-3
FIRST_INTERCEPTS, FIRST_MEANS = 0.1, 0.25
POWER_STEPS, FIRST_LOADINGS = 12, 0.3
TINY = 1e-12


@dataclass
class Fit:
    members: Posteriors
    statements: Posteriors
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
        x, w = self.members.mean[:, member], self.statements.mean[:, statement]
        return np.clip((x[:-1] * w[:-1]).sum(axis=0) + x[-1] + w[-1], -1, 1)


def fit(matrix: Matrix, axes: int, seed: int, warm: Floats | None = None) -> Fit:
    """Fit the model; `warm` has a row (loadings, mean) for each statement to start from, NaN where it is unknown."""
    by_member, by_statement = Grouped.by_member(matrix), Grouped.by_statement(matrix)
    state = _start(by_member, by_statement, axes, seed, warm)
    for done in range(1, MOST_ROUNDS + 1):
        before = state.noise
        _round(state, by_member, by_statement)
        if done >= LEAST_ROUNDS and abs(state.noise - before) < PRECISION * state.noise:
            break
    return state


def place(matrix: Matrix, fitted: Fit) -> Posteriors:
    """Return the posteriors of all members of a matrix whose statements are those of the fit, in their order."""
    return _members(fitted, Grouped.by_member(matrix))


def mirror(fitted: Fit, signs: Floats) -> None:
    """Mirror axes where a sign is -1."""
    transform(fitted.members, np.diag(signs))
    transform(fitted.statements, np.diag(signs))


def _start(by_member: Grouped, by_statement: Grouped, axes: int, seed: int, warm: Floats | None) -> Fit:
    """Return a state with loadings and means only: the first round begins with the members."""
    mean = by_statement.mean()
    start = np.vstack([first_loadings(by_member, by_statement, axes, seed), mean])
    if warm is not None:
        start = np.where(np.isnan(warm.T), np.vstack([np.zeros((axes, len(mean))), mean]), warm.T)
    noise = max(float(((by_statement.value - mean[by_statement.of]) ** 2).mean()), LEAST_NOISE)
    nobody = Posteriors(np.zeros((axes + 1, by_member.count)), np.zeros((axes + 1, axes + 1, by_member.count)))
    statements = Posteriors(start, np.zeros((axes + 1, axes + 1, by_statement.count)))
    relevance = np.full(axes, FIRST_LOADINGS**-2)
    return Fit(nobody, statements, noise, FIRST_INTERCEPTS, FIRST_MEANS, float(mean.mean()), relevance)


def _round(state: Fit, by_member: Grouped, by_statement: Grouped) -> None:
    state.members = _members(state, by_member)
    _standardise(state)
    sums = sums_of(by_statement, state.members)
    prior = np.append(state.relevance, 1 / state.means)
    state.statements = posterior(sums, prior, state.centre, state.noise)
    state.noise = max(_noise(state, by_member, sums), LEAST_NOISE)
    state.intercepts = max(float(state.members.moments()[-1, -1].mean()), LEAST_INTERCEPTS)
    state.centre = float(state.statements.mean[-1].mean())
    variance = (state.statements.mean[-1] - state.centre) ** 2 + state.statements.covariance[-1, -1]
    state.means = max(float(variance.mean()), LEAST_MEANS)
    _rotate(state)
    sizes = np.einsum("rrn->r", state.statements.moments())[:-1] / by_statement.count
    state.relevance = 1 / np.maximum(sizes, TINY)


def _members(state: Fit, by_member: Grouped) -> Posteriors:
    prior = np.append(np.ones(state.axes), 1 / state.intercepts)
    return posterior(sums_of(by_member, state.statements), prior, 0.0, state.noise)


def _standardise(state: Fit) -> None:
    """Give positions mean 0 and variance 1, and intercepts mean 0, without changing any prediction."""
    mean = state.members.mean.mean(axis=1)
    state.members.mean = state.members.mean - mean[:, None]
    shift = np.eye(len(mean))
    shift[-1, :-1] = mean[:-1]
    apply(state.statements, shift)
    state.statements.mean[-1] += mean[-1]
    if state.axes:
        spread = np.linalg.cholesky(state.members.moments()[:-1, :-1].mean(axis=2))
        transform(state.members, np.linalg.inv(spread))
        transform(state.statements, spread.T)


def _rotate(state: Fit) -> None:
    """Turn the axes so that W'W is diagonal, the largest first."""
    if state.axes <= 1:
        return
    _, vectors = np.linalg.eigh(state.statements.moments()[:-1, :-1].sum(axis=2))
    rotation = vectors[:, ::-1].T
    rotation *= np.sign(rotation[range(state.axes), np.abs(rotation).argmax(axis=1)])[:, None]
    transform(state.members, rotation)
    transform(state.statements, rotation)


def _noise(state: Fit, by_member: Grouped, sums: Sums) -> float:
    """Return the mean expected squared residual E[(v - s - θ·d)²], from sums over each statement's answers."""
    members = state.members
    without = by_member.squares - 2 * members.mean[-1] @ by_member.sums + by_member.sizes @ members.moments()[-1, -1]
    explained = 2 * (state.statements.mean * sums.product).sum() - (state.statements.moments() * sums.square).sum()
    return float((without - explained) / len(by_member.value))


def first_loadings(by_member: Grouped, by_statement: Grouped, axes: int, seed: int) -> Floats:
    """Return loadings, of the shape (axes, statements), by power steps on the answers less their statement's mean.

    Each answer is divided by the root of its member's number of answers, so that nobody counts for more than one. A
    random start can end where there is no map.
    """
    loadings = np.random.default_rng(seed).standard_normal((by_statement.count, axes))
    if not axes:
        return loadings.T
    mean, weight = by_statement.mean(), 1 / np.sqrt(np.maximum(by_member.sizes, 1))
    down = (by_member.value - mean[by_member.partner]) * weight[by_member.of]
    across = (by_statement.value - mean[by_statement.of]) * weight[by_statement.partner]
    for _ in range(POWER_STEPS):
        loadings, _ = np.linalg.qr(loadings)
        positions = by_member.total(by_member.of_partners(loadings.T) * down)
        loadings = by_statement.total(by_statement.of_partners(positions) * across).T
    size = np.sqrt((loadings**2).mean(axis=0))
    return loadings.T * (FIRST_LOADINGS / np.maximum(size, TINY))[:, None]
