"""Maps of three and four groups on planted worlds. `pytest -m slow -rP` prints figures."""

from collections import Counter

import numpy as np
import pytest

from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Analysis
from tests.discussion.opinion_model.proving import agreement, newcomers, tell
from tests.discussion.opinion_model.worlds import World, chosen, joined, plane

pytestmark = pytest.mark.slow

CORNERS = pytest.mark.parametrize("count", [3, 4])


@CORNERS
def test_three_and_four_camps_are_found_and_probabilities_are_cautious(count: int) -> None:
    said, was = list[float](), list[bool]()
    for seed in range(3):
        world = plane(300, 30, 20, seed, count=count, strength=(0.8, 1, 1.2)[seed])
        found = analyse(world.votes, seed=seed)
        camp = camp_of_groups(found, world)
        assert found.axes == 2 and len(camp) == len(set(camp.values())) == count
        placed = [one for one in found.members if one.group]
        said += [one.probability or 0 for one in placed]
        was += [camp[one.group or ""] == world.position[one.voter] for one in placed]
        assert len(placed) >= 0.6 * len(found.members)
    tell(f"{count} camps: {len(said)} placed, said {np.mean(said):.3f}, was {np.mean(was):.3f}")
    assert np.mean(was) >= 0.95
    assert -0.03 <= np.mean(was) - np.mean(said) <= 0.06


def camp_of_groups(found: Analysis, world: World) -> dict[str, float]:
    """Return the camp from which most members of each group are."""
    camps_of: dict[str, Counter[float]] = {}
    for one in found.members:
        if one.group:
            camps_of.setdefault(one.group, Counter())[world.position[one.voter]] += 1
    return {letter: counted.most_common(1)[0][0] for letter, counted in camps_of.items()}


@CORNERS
def test_the_placed_of_three_and_four_groups_stay_together_when_a_tenth_is_left_out(count: int) -> None:
    votes = plane(300, 30, 20, 1, count=count).votes
    whole = analyse(votes, seed=1)
    for seed in range(2):
        random = np.random.default_rng(seed)
        out = {voter for voter in set(votes.voter) if random.random() < 0.1}
        part = analyse(chosen(votes, [voter not in out and random.random() >= 0.1 for voter in votes.voter]), seed=seed)
        assert whole.axes == part.axes == 2
        found = agreement(whole, part)
        tell(f"{count} camps: {found:.3f}")
        assert found >= 0.98


@CORNERS
def test_a_brigade_of_a_twentieth_pushes_no_statement_where_there_are_more_groups(count: int) -> None:
    """They answer like one camp as often as others, but agree to the statement that it rejects most."""
    world, random = plane(300, 30, 20, 1, count=count), np.random.default_rng(1)
    before = analyse(world.votes, seed=1)
    usual = Counter[str]()
    for voter, statement, value in zip(world.votes.voter, world.votes.statement, world.votes.value, strict=True):
        usual[statement] += value if world.position[voter] == 0 else 0
    target = min(usual, key=lambda one: usual[one])
    rows = [
        (f"x{attacker}", one, 1 if one == target or usual[one] > 0 else -1, True)
        for attacker in range(15)
        for one in {target, *(str(one) for one in random.permutation(30)[:19])}
    ]
    after = {
        one.statement: one.verdict for one in analyse(joined(world.votes, *zip(*rows, strict=True)), seed=1).statements
    }
    honest = [one.statement for one in before.statements if one.verdict == "common-ground"]
    kept = sum(after[one] == "common-ground" for one in honest)
    tell(f"{count} camps: pushed {after[target]}; of {len(honest)} honest ones {kept} stay")
    assert after[target] != "common-ground"


@CORNERS
def test_a_newcomer_is_placed_on_a_plane_after_five_answers(count: int) -> None:
    world = plane(400, 30, 30, 1, count=count)
    early, full = newcomers(world.votes, 5)
    correlations = [np.corrcoef(early[:, axis], full[:, axis])[0, 1] for axis in range(2)]
    tell(f"{count} camps: correlations {np.round(correlations, 2)}")
    assert min(correlations) >= 0.8
