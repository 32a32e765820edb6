"""Letters of groups: by size at first, then those of the earlier groups that answer most alike."""

from itertools import permutations

import numpy as np

from parley.discussion.opinion_model.analysis import Parameters
from parley.discussion.opinion_model.fit import Fit
from parley.discussion.opinion_model.groups import Groups
from parley.discussion.opinion_model.matrix import Floats

LETTERS = "ABCD"


def letters(fitted: Fit, statements: tuple[str, ...], groups: Groups, previous: Parameters | None) -> list[str]:
    """Return each group's letter."""
    by_size = np.argsort(-groups.sizes(), kind="stable")
    if previous is None or not previous.centres:
        return [LETTERS[place] for place in np.argsort(by_size)]
    likeness = _likeness(fitted, statements, groups, previous)
    best = max(
        permutations(LETTERS, len(groups.centres)), key=lambda permutation: _total(likeness, by_size, permutation)
    )
    return [best[place] for place in np.argsort(by_size)]


def _total(likeness: dict[tuple[int, str], float], by_size: Floats, chosen: tuple[str, ...]) -> float:
    return sum(likeness.get((int(group), letter), 0.0) for group, letter in zip(by_size, chosen, strict=True))


def _likeness(
    fitted: Fit, statements: tuple[str, ...], groups: Groups, previous: Parameters
) -> dict[tuple[int, str], float]:
    """Return the correlations of expected answers of each group now and each then, by group and earlier letter."""
    known = [index for index, name in enumerate(statements) if name in previous.statements]
    if len(known) < 2:  # noqa: PLR2004 no correlation of fewer
        return {}
    loadings = fitted.statements.vectors[known]
    now = _differences(groups.centres @ loadings.T)
    old = np.array([previous.statements[statements[index]].loadings for index in known])
    then = _differences(np.array(list(previous.centres.values())) @ old.T)
    return {
        (group, letter): _correlation(now[group], then[index])
        for group in range(len(now))
        for index, letter in enumerate(previous.centres)
    }


def _differences(answers: Floats) -> Floats:
    """Return how each group's expected answers differ from those of all groups."""
    return answers - answers.mean(axis=0)


def _correlation(first: Floats, second: Floats) -> float:
    size = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / size if size else 0.0
