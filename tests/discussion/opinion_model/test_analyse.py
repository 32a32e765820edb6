"""The map of planted worlds."""

import numpy as np

from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Votes
from parley.discussion.opinion_model.placing import place
from tests.discussion.opinion_model.worlds import camps, nothing


def test_two_camps_are_found_and_members_are_placed_in_theirs() -> None:
    world = camps(120, 30, 15, seed=1)
    found = analyse(world.votes, seed=1)
    assert (found.state, found.reason, found.axes) == ("open", None, 1)
    placed = [one for one in found.members if one.group is not None]
    camp_of = {letter: [world.position[one.voter] > 0 for one in placed if one.group == letter] for letter in "AB"}
    assert len(placed) > 0.7 * len(found.members)
    assert all(max(np.mean(one), 1 - np.mean(one)) > 0.95 for one in camp_of.values())


def test_there_is_no_map_without_answers() -> None:
    found = analyse(nothing(120, 30, 15, seed=1).votes, seed=1)
    assert (found.state, found.reason, found.members) == ("silent", "no-pattern", ())
    assert {one.verdict for one in found.statements} == {"unknown"}


def test_without_any_votes_there_are_too_few() -> None:
    found = analyse(Votes([], [], []), seed=1)
    assert (found.state, found.reason, found.statements) == ("silent", "too-few-answers", ())


def test_one_member_is_placed_without_numpy_as_all_are_with_it() -> None:
    world = camps(120, 30, 15, seed=1)
    found = analyse(world.votes, seed=1)
    assert found.parameters is not None
    for member in found.members[:20]:
        answers = {
            statement: value
            for voter, statement, value in zip(world.votes.voter, world.votes.statement, world.votes.value, strict=True)
            if voter == member.voter
        }
        alone = place(found.parameters, answers)
        np.testing.assert_allclose(alone.position, member.position, atol=1e-9)
        np.testing.assert_allclose(alone.sd, member.sd, atol=1e-9)
        assert abs(max(alone.groups.values()) - (member.probability or 0)) < 1e-9
