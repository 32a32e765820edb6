"""Planted worlds: votes of members whose opinions are known, and of members who have none in common."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parley.discussion.opinion_model.analysis import Votes

Floats = NDArray[np.float64]
UNSURE = 0.3


@dataclass(frozen=True)
class World:
    votes: Votes
    # Of each member: -1 or 1 in camps, any on a line, the number of the camp in a plane, 0 where there is nothing.
    position: dict[str, float]


def camps(
    members: int, statements: int, answers: int, seed: int, *, share: float = 0.5, strength: float = 1.0
) -> World:
    """Two camps that differ in their expected answers; `share` of the members are in the second."""
    random = np.random.default_rng(seed)
    position = np.where(np.arange(members) < share * members, 1.0, -1.0)
    random.shuffle(position)
    return _opinions(random, position, statements, answers, strength)


def plane(members: int, statements: int, answers: int, seed: int, *, count: int = 3, strength: float = 1.0) -> World:
    """Three or four camps of equal size in the corners of a triangle or square; statements divide them in any way."""
    random = np.random.default_rng(seed)
    camp = random.permutation(np.arange(members) % count)
    angle = 2 * np.pi * camp / count
    corner = np.sqrt(2) * np.column_stack([np.cos(angle), np.sin(angle)])
    opinions = corner @ random.normal(0, strength, (2, statements)) + random.normal(0, 0.5, statements)
    return _answered(random, opinions, camp.astype(float), statements, answers)


def line(members: int, statements: int, answers: int, seed: int, *, strength: float = 1.0) -> World:
    """No camps: opinions lie along a line, most of them in its middle."""
    random = np.random.default_rng(seed)
    return _opinions(random, random.normal(size=members), statements, answers, strength)


def nothing(members: int, statements: int, answers: int, seed: int, kind: str = "plain") -> World:
    """No common direction: some statements are more popular, and members differ in how they answer.

    They agree more or less readily (`agreeable`), are unsure more or less often (`unsure`), answer more or less
    consistently (`noisy`), or a third of them at random (`random`).
    """
    random = np.random.default_rng(seed)
    ready = random.normal(0, 1.5 if kind == "agreeable" else 0.5, members)
    unsure = np.abs(random.normal(UNSURE, 0.5, members)) if kind == "unsure" else np.full(members, UNSURE)
    noise = np.ones(members)
    if kind == "noisy":
        noise = np.exp(random.normal(0, 1, members))
    if kind == "random":
        noise[random.random(members) < 0.33] = 30
    opinions = random.normal(0, 0.7, statements) + ready[:, None]
    member, statement = _asked(random, members, statements, answers)
    felt = opinions[member, statement] + noise[member] * random.normal(size=len(member))
    return World(_votes(member, statement, felt, unsure[member]), dict.fromkeys(map(str, range(members)), 0.0))


def joined(
    first: Votes, voter: Sequence[str], statement: Sequence[str], value: Sequence[int], asked: Sequence[bool]
) -> Votes:
    """Return votes with more votes after them."""
    before = [True] * len(first.value) if first.asked is None else [*first.asked]
    return Votes([*first.voter, *voter], [*first.statement, *statement], [*first.value, *value], [*before, *asked])


def chosen(votes: Votes, keep: Sequence[bool]) -> Votes:
    """Return the votes where `keep` is true."""
    kept = [index for index, one in enumerate(keep) if one]
    return Votes(
        [votes.voter[index] for index in kept],
        [votes.statement[index] for index in kept],
        [votes.value[index] for index in kept],
        None if votes.asked is None else [votes.asked[index] for index in kept],
    )


def _opinions(random: np.random.Generator, position: Floats, statements: int, answers: int, strength: float) -> World:
    opinions = np.outer(position, random.normal(0, strength, statements)) + random.normal(0, 0.5, statements)
    return _answered(random, opinions, position, statements, answers)


def _answered(random: np.random.Generator, opinions: Floats, position: Floats, statements: int, answers: int) -> World:
    opinions += random.normal(0, 0.3, len(position))[:, None]
    member, statement = _asked(random, len(position), statements, answers)
    felt = opinions[member, statement] + random.normal(size=len(member))
    names = map(str, range(len(position)))
    return World(_votes(member, statement, felt, UNSURE), dict(zip(names, position.tolist(), strict=True)))


def _asked(
    random: np.random.Generator, members: int, statements: int, answers: int
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Choose the statements that every member answers."""
    statement = [random.permutation(statements)[:answers] for _ in range(members)]
    return np.repeat(np.arange(members), min(answers, statements)), np.concatenate(statement)


def _votes(member: NDArray[np.int_], statement: NDArray[np.int_], felt: Floats, unsure: Floats | float) -> Votes:
    value = np.where(felt > unsure, 1, np.where(felt < -np.asarray(unsure), -1, 0))
    return Votes([str(one) for one in member], [str(one) for one in statement], value.tolist())
