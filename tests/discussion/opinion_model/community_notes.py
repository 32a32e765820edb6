"""Community Notes' matrix factorisation, minimised exactly by turns instead of by gradient steps.

A rating r in [0, 1] of note n by rater u is predicted as μ + i_u + i_n + f_u·f_n. The loss is
mean(e²) + .15 (mean(i_u²) + mean(i_n²) + μ²) + .03 (mean(f_u²) + mean(f_n²)), with means over ratings, raters and
notes: so says the code, while the documentation says sums. Source: github.com/twitter/communitynotes,
scoring/src/scoring/matrix_factorization.
"""

from dataclasses import dataclass

import numpy as np

from parley.discussion.opinion_model.matrix import Floats, Indices

INTERCEPTS, FACTORS = 0.15, 0.03
MOST_ROUNDS, CONVERGED = 2000, 1e-12


@dataclass
class Ratings:
    rater: Indices
    note: Indices
    value: Floats
    raters: int
    notes: int


@dataclass
class Factors:
    mean: float  # μ
    rater_intercepts: Floats
    note_intercepts: Floats
    rater_factors: Floats
    note_factors: Floats

    def predict(self, ratings: Ratings) -> Floats:
        rater, note = ratings.rater, ratings.note
        intercepts = self.mean + self.rater_intercepts[rater] + self.note_intercepts[note]
        return intercepts + self.rater_factors[rater] * self.note_factors[note]


def factorise(ratings: Ratings, seed: int) -> Factors:
    """Return the factors after alternating least squares; which sign they have is arbitrary."""
    random = np.random.default_rng(seed)
    found = Factors(
        0.0,
        np.zeros(ratings.raters),
        np.zeros(ratings.notes),
        random.normal(size=ratings.raters),
        np.zeros(ratings.notes),
    )
    before = np.inf
    for _ in range(MOST_ROUNDS):
        _round(found, ratings)
        now = loss(found, ratings)
        if before - now < CONVERGED:
            break
        before = now
    return found


def loss(found: Factors, ratings: Ratings) -> float:
    intercepts = (found.rater_intercepts**2).mean() + (found.note_intercepts**2).mean() + found.mean**2
    factors = (found.rater_factors**2).mean() + (found.note_factors**2).mean()
    error = ((ratings.value - found.predict(ratings)) ** 2).mean()
    return float(error + INTERCEPTS * intercepts + FACTORS * factors)


def _round(found: Factors, ratings: Ratings) -> None:
    """Minimise the loss over the notes, the raters and the mean in turn; each step is a ridge regression."""
    rater, note = ratings.rater, ratings.note
    rest = ratings.value - found.mean - found.rater_intercepts[rater]
    found.note_intercepts, found.note_factors = _ridge(note, found.rater_factors[rater], rest, ratings.notes)
    rest = ratings.value - found.mean - found.note_intercepts[note]
    found.rater_intercepts, found.rater_factors = _ridge(rater, found.note_factors[note], rest, ratings.raters)
    found.mean += float((ratings.value - found.predict(ratings)).mean() - INTERCEPTS * found.mean) / (1 + INTERCEPTS)


def _ridge(of: Indices, factor: Floats, value: Floats, count: int) -> tuple[Floats, Floats]:
    """Solve, for each, the two normal equations of value = intercept + slope · factor with penalties."""
    scale = len(value) / count
    a = np.bincount(of, minlength=count) + INTERCEPTS * scale
    b, c = np.bincount(of, factor, count), np.bincount(of, factor**2, count) + FACTORS * scale
    p, q = np.bincount(of, value, count), np.bincount(of, factor * value, count)
    determinant = a * c - b**2
    return (c * p - b * q) / determinant, (a * q - b * p) / determinant
