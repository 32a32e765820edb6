"""Quantiles of the Beta distribution, with numpy alone."""

from math import lgamma

import numpy as np

from parley.discussion.opinion_model.matrix import Floats

STEPS, TERMS, CONVERGED = 60, 200, 1e-15
PRECISION, TINY = 1e-13, 1e-300


def quantile(probability: float, a: Floats, b: Floats) -> Floats:
    """Return the quantiles of Beta(a, b), with an error below 1e-12.

    By Newton's method on the distribution function, and by bisection where a step leaves the interval known so far.
    """
    low, high, scale = np.zeros(a.shape), np.ones(a.shape), log_beta(a, b)
    x = a / (a + b)
    for _ in range(STEPS):
        excess = distribution(x, a, b, scale) - probability
        low, high = np.where(excess < 0, x, low), np.where(excess < 0, high, x)
        density = np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - scale)
        before, x = x, x - excess / np.maximum(density, TINY)
        x = np.where((low <= x) & (x <= high), x, (low + high) / 2)
        if np.abs(x - before).max(initial=0) < PRECISION:
            break
    return x


def distribution(x: Floats, a: Floats, b: Floats, scale: Floats) -> Floats:
    """Return P(X <= x) for X ~ Beta(a, b), 0 < x < 1: the regularised incomplete beta function; `scale` is ln B(a, b).

    Source: the continued fraction 8.17.22 of the NIST Digital Library of Mathematical Functions for x below the mean,
    and I_x(a, b) = 1 - I_{1-x}(b, a), 8.17.4, above.
    """
    above = x > (a + 1) / (a + b + 2)
    p, q, y = np.where(above, b, a), np.where(above, a, b), np.where(above, 1 - x, x)
    front = np.exp(p * np.log(y) + q * np.log1p(-y) - scale) / p
    value = front * _fraction(y, p, q)
    return np.where(above, 1 - value, value)


def log_beta(a: Floats, b: Floats) -> Floats:
    gamma = np.vectorize(lgamma, otypes=[float])
    return gamma(a) + gamma(b) - gamma(a + b)


def _fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    """Evaluate the continued fraction 1/(1 + d1/(1 + d2/(1 + ...))) by the modified Lentz algorithm."""
    c = np.ones(x.shape)
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d.copy()
    for m in range(1, TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away_from_zero(1 + step * d)
            c = _away_from_zero(1 + step / c)
            value *= d * c
        if np.abs(d * c - 1).max(initial=0) < CONVERGED:
            break
    return value


def _away_from_zero(value: Floats) -> Floats:
    return np.where(np.abs(value) < TINY, TINY, value)
