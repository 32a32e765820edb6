"""Polis's map: principal components of the votes with gaps filled by the mean, and what it derives from them.

Source: github.com/compdemocracy/polis, math/src/polismath/math (pca.clj, conversation.clj, repness.clj, clusters.clj,
stats.clj). There agree is -1; here ratings have agree = 1 as everywhere in Parley, NaN where a member has not voted,
and the shape (members, statements).
"""

from dataclasses import dataclass

import numpy as np

from parley.discussion.opinion_model.matrix import Flags, Floats, Indices

COMPONENTS = 2
# The level of significance of one side of 10 %.
SIGNIFICANT = 1.2816
CONSENSUS_SHARE, CONSENSUS_STATEMENTS = 0.5, 5
META_PRIORITY = 49.0
MOVED, STEPS = 0.01, 100


@dataclass(frozen=True)
class Map:
    """Polis's coordinates, in which agree is -1: signs of components are arbitrary."""

    centre: Floats  # of each statement
    components: Floats  # shape (2, statements)
    positions: Floats  # shape (members, 2)
    extremity: Floats  # of each statement: how far a member is who only agreed to it


def draw(ratings: Floats, moderated: Flags) -> Map:
    """Return the map. Statements that were moderated out count as rated 0 by everybody."""
    values = np.where(moderated, 0.0, -ratings)
    centre = np.nanmean(values, axis=0)
    _, _, directions = np.linalg.svd(np.where(np.isnan(values), centre, values) - centre, full_matrices=False)
    components = directions[:COMPONENTS]
    positions = project(values, centre, components)
    only = np.where(np.eye(len(centre), dtype=bool), -1.0, np.nan)
    return Map(centre, components, positions, np.linalg.norm(project(only, centre, components), axis=1))


def project(values: Floats, centre: Floats, components: Floats) -> Floats:
    """Project what members voted on, and move those with few votes outwards by √(statements / votes)."""
    answered = ~np.isnan(values)
    scale = np.sqrt(len(centre) / np.maximum(answered.sum(axis=1), 1))
    return scale[:, None] * (np.where(answered, values - centre, 0.0) @ components.T)


@dataclass(frozen=True)
class VoteCounts:
    """Votes by group and statement: who agreed, who disagreed, who saw it, passes included."""

    agree: Floats
    disagree: Floats
    seen: Floats

    @classmethod
    def of(cls, ratings: Floats, groups: list[Indices]) -> "VoteCounts":
        parts = [ratings[group] for group in groups]
        return cls(
            np.array([(part == 1).sum(axis=0) for part in parts]),
            np.array([(part == -1).sum(axis=0) for part in parts]),
            np.array([(~np.isnan(part)).sum(axis=0) for part in parts]),
        )


def group_aware_consensus(counts: VoteCounts) -> Floats:
    """Return the product, over the groups, of the smoothed share that agrees."""
    return ((counts.agree + 1) / (counts.seen + 2)).prod(axis=0)


def priorities(counts: VoteCounts, extremity: Floats, meta: Flags) -> Floats:
    """Return the weights by which Polis chooses the next statement to show; members in groups count."""
    agree, disagree, seen = (one.sum(axis=0) for one in (counts.agree, counts.disagree, counts.seen))
    passed = (seen - agree - disagree + 1) / (seen + 2)
    importance = (1 - passed) * (extremity + 1) * (agree + 1) / (seen + 2)
    return np.where(meta, META_PRIORITY, (importance * (1 + 8 * 2.0 ** (-seen / 5))) ** 2)


def consensus(count: Floats, seen: Floats, moderated: Flags) -> Indices:
    """Return the statements with most consensus: `count` of those who saw them agreed (or disagreed)."""
    share, z = (count + 1) / (seen + 2), proportion_z(count, seen)
    order = np.argsort(-share * z, kind="stable")
    chosen = ~moderated & (share > CONSENSUS_SHARE) & (z > SIGNIFICANT)
    return order[chosen[order]][:CONSENSUS_STATEMENTS]


def proportion_z(count: Floats, of: Floats) -> Floats:
    """Return Polis's test of a share against one half."""
    return 2 * np.sqrt(of + 1) * ((count + 1) / (of + 1) - 0.5)


def k_means(points: Floats, weights: Floats, centres: Floats) -> Indices:
    """Return each point's cluster, by weighted k-means from given centres until none moves by more than .01."""
    for _ in range(STEPS):
        nearest = ((points[:, None] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
        inside = np.array([np.where(nearest == one, weights, 0.0) for one in range(len(centres))])
        moved = inside @ points / np.maximum(inside.sum(axis=1), 1)[:, None]
        if (np.linalg.norm(moved - centres, axis=1) < MOVED).all():
            break
        centres = moved
    return nearest
