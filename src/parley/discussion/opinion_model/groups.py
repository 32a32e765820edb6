"""Groups of members along the axes, and each member's probability of belonging to them."""

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from parley.discussion.opinion_model.analysis import MixtureComponent, Parameters
from parley.discussion.opinion_model.fit import Fit, fit
from parley.discussion.opinion_model.matrix import Flags, Floats, Indices, Matrix
from parley.discussion.opinion_model.mixture import AnswerEvidence, fit_mixture, probability_above
from parley.discussion.opinion_model.placing import COUNTED_PROBABILITY, DRAWS
from parley.discussion.opinion_model.posterior import Posteriors

LEAST_PLACED, LEAST_PART = 8, 0.1
RELIABLE = 0.5
RESAMPLES, DROPPED, SAME = 8, 0.1, 0.95
STARTS, STEPS = 10, 50
LETTERS = "ABCD"


@dataclass(frozen=True)
class Groups:
    """Members' likeliest groups, by index of the centre, and their probabilities."""

    centres: Floats
    group: Indices
    probability: Floats
    parts: tuple[MixtureComponent, ...] = ()  # how members are spread between two centres

    @property
    def placed(self) -> Flags:
        return self.probability >= COUNTED_PROBABILITY

    def ordered(self, order: Indices) -> "Groups":
        """Return the same groups with other indices: the group order[i] becomes i."""
        sign = -1 if order[0] == 1 else 1
        parts = tuple(MixtureComponent(part.share, sign * part.centre, part.variance) for part in self.parts)
        return Groups(self.centres[order], np.argsort(order)[self.group], self.probability, parts)

    def sizes(self) -> Indices:
        return np.bincount(self.group[self.placed], minlength=len(self.centres))


def find(matrix: Matrix, fitted: Fit, seed: int) -> Groups | None:
    """Return two groups, or on two axes three or four if they are stable; None if one would be too small."""
    counts = (4, 3, 2) if fitted.axes > 1 else (2,)
    for count in counts:
        groups = belonging(centres(fitted, count, seed), fitted.members)
        if are_large_enough(groups) and (count == min(counts) or _is_stable(matrix, fitted, groups, seed)):
            return groups
    return None


def are_large_enough(groups: Groups) -> bool:
    return bool((groups.sizes() >= max(LEAST_PLACED, LEAST_PART * len(groups.group))).all())


def centres(fitted: Fit, count: int, seed: int) -> Floats:
    """Return the centres of k-means on the members whose answers tell enough of their position."""
    reliability = 1 - fitted.members.covariance[0, 0]
    reliable = reliability >= min(RELIABLE, np.median(reliability))
    return k_means(fitted.members.vectors[reliable], count, seed)


def belonging(middles: Floats, members: Posteriors, parts: tuple[MixtureComponent, ...] = ()) -> Groups:
    """Return each member's likeliest group; the same arithmetic as `placing.probabilities`.

    How members are spread between two centres is worked out from them unless it is given.
    """
    if len(middles) == 2:  # noqa: PLR2004
        evidence = _along(middles, members)
        half = float(np.linalg.norm(middles[1] - middles[0])) / 2
        parts = parts or fit_mixture(evidence, (-half, half))
        second = probability_above(evidence, parts)
        probabilities = np.column_stack([1 - second, second])
    else:
        probabilities = _by_draws(middles, members)
    return Groups(middles, probabilities.argmax(axis=1), probabilities.max(axis=1), parts)


def _along(middles: Floats, members: Posteriors) -> AnswerEvidence:
    """Return what answers say of members' places on the line from the first centre to the second, 0 in their middle."""
    along = (middles[1] - middles[0]) / np.linalg.norm(middles[1] - middles[0])
    middle = middles.mean(axis=0)
    variance = np.einsum("i,nij,j->n", along, members.spreads, along)
    return AnswerEvidence.of((members.vectors - middle) @ along, variance, -float(middle @ along))


def _by_draws(middles: Floats, members: Posteriors) -> Floats:
    roots = np.linalg.cholesky(members.spreads)
    counts = np.zeros((len(members.vectors), len(middles)))
    for draw in DRAWS:
        points = members.vectors + roots @ np.array(draw)
        counts[np.arange(len(points)), _nearest(points, middles)] += 1
    return counts / len(DRAWS)


def _nearest(points: Floats, middles: Floats) -> Indices:
    return ((points[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2).argmin(axis=1)


def k_means(points: Floats, count: int, seed: int) -> Floats:
    """Return the centres of Lloyd's algorithm, the best of ten k-means++ starts."""
    random = np.random.default_rng(seed)
    groupings = [_lloyd(points, _plus_plus(points, count, random)) for _ in range(STARTS)]
    return min(groupings, key=lambda middles: float(((points - middles[_nearest(points, middles)]) ** 2).sum()))


def _plus_plus(points: Floats, count: int, random: np.random.Generator) -> Floats:
    """Choose points as centres, each with probability proportional to its squared distance from those before."""
    chosen = [points[random.integers(len(points))]]
    while len(chosen) < count:
        distances = ((points[:, None, :] - np.array(chosen)[None, :, :]) ** 2).sum(axis=2).min(axis=1)
        total = distances.sum()
        chosen.append(points[random.choice(len(points), p=distances / total if total else None)])
    return np.array(chosen)


def _lloyd(points: Floats, middles: Floats) -> Floats:
    for _ in range(STEPS):
        nearest = _nearest(points, middles)
        moved = np.array(
            [
                points[nearest == group].mean(axis=0) if (nearest == group).any() else middles[group]
                for group in range(len(middles))
            ]
        )
        if np.array_equal(moved, middles):
            break
        middles = moved
    return middles


def _is_stable(matrix: Matrix, fitted: Fit, groups: Groups, seed: int) -> bool:
    """Say whether placed members stay together when a tenth of members and of answers are left out, eight times."""
    random = np.random.default_rng(seed)
    return all(_agreement(matrix, fitted, groups, random) >= SAME for _ in range(RESAMPLES))


def _agreement(matrix: Matrix, fitted: Fit, groups: Groups, random: np.random.Generator) -> float:
    kept = random.random(len(matrix.members)) >= DROPPED
    part = matrix.only(kept[matrix.member] & (random.random(len(matrix)) >= DROPPED))
    seed = int(random.integers(2**31))
    again = fit(part, fitted.axes, seed, fitted.statements.mean.T)
    again_groups = belonging(centres(again, len(groups.centres), seed), again.members)
    both = kept & groups.placed & again_groups.placed
    return adjusted_rand_index(groups.group[both], again_groups.group[both])


def adjusted_rand_index(first: Indices, second: Indices) -> float:
    """Return the adjusted Rand index of two partitions (Hubert & Arabie 1985); 1 if there is nothing to compare."""
    table = np.zeros((first.max(initial=0) + 1, second.max(initial=0) + 1))
    np.add.at(table, (first, second), 1)
    both, rows, columns = (_pairs(table_part) for table_part in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / max(_pairs(np.array([len(first)])), 1)
    most = (rows + columns) / 2
    return 1.0 if most == expected else float((both - expected) / (most - expected))


def _pairs(counts: Floats) -> float:
    return float((counts * (counts - 1) / 2).sum())


def letters(fitted: Fit, statements: tuple[str, ...], groups: Groups, previous: Parameters | None) -> list[str]:
    by_size = np.argsort(-groups.sizes(), kind="stable")
    if previous is None or not previous.centres:
        return [LETTERS[place] for place in np.argsort(by_size)]
    likeness = _likeness(fitted, statements, groups, previous)
    best = max(
        permutations(LETTERS, len(groups.centres)),
        key=lambda chosen: sum(likeness.get(pair, 0.0) for pair in zip(by_size.tolist(), chosen, strict=True)),
    )
    return [best[place] for place in np.argsort(by_size)]


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
