"""What somebody does who wants a map where there is none, or none where there is one. More in test_proofs.py."""

from collections import Counter

import numpy as np
import pytest

from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Votes
from tests.discussion.opinion_model.worlds import World, camps, joined, nothing

Row = tuple[str, str, int]


def with_rows(world: World, rows: list[Row]) -> Votes:
    voter, statement, value = zip(*rows, strict=True)
    return joined(world.votes, voter, statement, value, [True] * len(rows))


@pytest.mark.parametrize("splits", [2, 3])
def test_reworded_copies_of_a_statement_do_not_make_a_map(splits: int) -> None:
    """Everybody answers each wording alike, so the wordings predict each other, and nothing else."""
    world, random = nothing(200, 30, 15, 1), np.random.default_rng(1)
    opinion = random.choice([-1, 1], 200)
    rows = [
        (str(member), f"split {number}", int(opinion[member] * (1 if random.random() < 0.9 else -1)))
        for member in range(200)
        for number in range(splits)
    ]
    found = analyse(with_rows(world, rows), seed=1)
    assert found.state == "silent"
    assert found.reason in ("rests-on-few", "rests-on-few-statements")


def test_a_few_who_contradict_everybody_are_not_a_group() -> None:
    world, random = nothing(300, 30, 20, 1, "noisy"), np.random.default_rng(1)
    usual = Counter[str]()
    for statement, value in zip(world.votes.statement, world.votes.value, strict=True):
        usual[statement] += value
    rows = [
        (f"x{attacker}", str(one), -1 if usual[str(one)] > 0 else 1)
        for attacker in range(15)
        for one in random.permutation(30)[:20]
    ]
    assert analyse(with_rows(world, rows), seed=1).state == "silent"


@pytest.mark.parametrize("alike", [True, False])
def test_a_few_who_answer_hundreds_of_statements_of_their_own_do_not_close_a_map(*, alike: bool) -> None:
    world, random = camps(120, 30, 15, 1), np.random.default_rng(1)
    pattern = random.choice([-1, 1], 400)
    rows = [
        (f"x{attacker}", f"own {one}", int(pattern[one] * (-1 if attacker % 2 else 1)))
        if alike and random.random() < 0.85
        else (f"x{attacker}", f"own {one}", int(random.choice([-1, 1])))
        for attacker in range(6)
        for one in range(400)
    ]
    before, after = analyse(world.votes, seed=1), analyse(with_rows(world, rows), seed=1)
    assert after.state == before.state == "open"
    verdicts = {one.statement: one.verdict for one in after.statements}
    dividing = [one.statement for one in before.statements if one.verdict == "dividing"]
    assert sum(verdicts[one] == "dividing" for one in dividing) >= 0.8 * len(dividing)


def test_some_who_are_unsure_of_everything_do_not_close_a_map() -> None:
    """A twentieth, who are unsure where that puts them at one end of the line."""
    world, random = camps(240, 30, 15, 1), np.random.default_rng(1)
    found = analyse(world.votes, seed=1)
    assert found.parameters is not None
    known = found.parameters.statements
    one_way = [name for name, one in known.items() if one.mean * one.loadings[0] > 0]
    rows = [(f"x{attacker}", one, 0) for attacker in range(12) for one in random.permutation(one_way)[:15]]
    assert analyse(with_rows(world, rows), seed=1).state == "open"
