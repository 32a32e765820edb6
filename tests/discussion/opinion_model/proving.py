"""What proofs on planted worlds share."""

import numpy as np

from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Analysis, Votes
from parley.discussion.opinion_model.groups import adjusted_rand_index
from parley.discussion.opinion_model.matrix import Floats
from parley.discussion.opinion_model.placing import information, place
from tests.discussion.opinion_model.worlds import chosen

TOLD = 0.9


def tell(*figures: object) -> None:
    print(*figures)  # noqa: T201 shown by -rP


def agreement(first: Analysis, second: Analysis) -> float:
    one, two = ({m.voter: m.group for m in a.members if (m.probability or 0) >= TOLD} for a in (first, second))
    both = sorted(one.keys() & two.keys())
    codes = [np.array([ord(side[voter] or "Z") - 65 for voter in both]) for side in (one, two)]
    return adjusted_rand_index(*codes)


def newcomers(votes: Votes, count: int) -> tuple[Floats, Floats]:
    """Return the positions of members 300 to 399, who are not in the map, after so many answers and after all."""
    learned = chosen(votes, [int(voter) < 300 for voter in votes.voter])
    parameters = analyse(learned, seed=1).parameters
    assert parameters is not None
    answers: dict[str, dict[str, int]] = {}
    for voter, statement, value in zip(votes.voter, votes.statement, votes.value, strict=True):
        answers.setdefault(voter, {})[statement] = value
    random = np.random.default_rng(1)
    early, full = [], []
    for newcomer in map(str, range(300, 400)):
        given: dict[str, int] = {}
        for turn in range(count):
            left = sorted(answers[newcomer].keys() - given.keys())
            told = information(parameters, place(parameters, given))
            one = str(random.choice(left)) if turn % 2 else max(left, key=lambda key: told.get(key, 0.0))
            given[one] = answers[newcomer][one]
        early.append(place(parameters, given).position)
        full.append(place(parameters, answers[newcomer]).position)
    return np.array(early), np.array(full)
