"""Where the fit starts from."""

import numpy as np

from parley.discussion.opinion_model.grouped import Grouped
from parley.discussion.opinion_model.matrix import Floats

POWER_STEPS, FIRST_LOADINGS, TINY = 12, 0.3, 1e-12


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
