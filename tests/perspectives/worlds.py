"""Planted worlds: votes of members whose opinions are known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parley.perspectives.analysis import Votes


@dataclass(frozen=True)
class World:
    votes: Votes
    camp: dict[str, int]  # of each member; all 0 where there are none


def camps(
    members: int, statements: int, answers: int, seed: int, *, share: float = 0.5, strength: float = 1.0
) -> World:
    """Two camps that differ in their expected answers; `share` of the members are in the second."""
    random = np.random.default_rng(seed)
    camp = (np.arange(members) < share * members).astype(int)
    random.shuffle(camp)
    loadings = random.normal(0, strength, statements)
    return _world(random, camp, np.outer(2 * camp - 1, loadings), answers)


def nothing(members: int, statements: int, answers: int, seed: int, *, spread: float = 0.5) -> World:
    """No common direction: only some statements are more popular, and some members agree to more."""
    random = np.random.default_rng(seed)
    return _world(random, np.zeros(members, int), np.zeros((members, statements)), answers, spread=spread)


def _world(
    random: np.random.Generator,
    camp: NDArray[np.int_],
    opinions: NDArray[np.float64],
    answers: int,
    *,
    spread: float = 0.3,
) -> World:
    """Let every member answer some statements: agree or disagree where their opinion is strong, else unsure."""
    members, statements = opinions.shape
    opinions = opinions + random.normal(0, 0.5, statements) + random.normal(0, spread, members)[:, None]
    member = np.repeat(np.arange(members), answers)
    statement = np.concatenate([random.permutation(statements)[:answers] for _ in range(members)])
    felt = opinions[member, statement] + random.normal(0, 1, len(member))
    value = np.where(felt > 0.3, 1, np.where(felt < -0.3, -1, 0))
    names = [str(one) for one in range(members)]
    votes = Votes([names[one] for one in member], [str(one) for one in statement], value.tolist())
    return World(votes, dict(zip(names, camp.tolist(), strict=True)))
