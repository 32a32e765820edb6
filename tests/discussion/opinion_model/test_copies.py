"""Members with nearly the same answers count as one, unless that is common among those who think alike."""

import numpy as np
import pytest

from parley.discussion.opinion_model.analysis import Votes
from parley.discussion.opinion_model.copies import copies
from parley.discussion.opinion_model.matrix import Matrix
from tests.discussion.opinion_model.worlds import camps, joined


def copied(votes: Votes, voter: str, times: int, differing: float = 0.0) -> Votes:
    """Return votes with further members who answer as one of the others."""
    random = np.random.default_rng(1)
    theirs = [(s, v) for who, s, v in zip(votes.voter, votes.statement, votes.value, strict=True) if who == voter]
    rows = [(f"copy {i}", s, -v if random.random() < differing else v) for i in range(times) for s, v in theirs]
    names, statements, values = zip(*rows, strict=True)
    return joined(votes, names, statements, values, [True] * len(rows))


def left_out(votes: Votes) -> set[str]:
    matrix = Matrix.of(votes)
    return {name for name, one in zip(matrix.members, copies(matrix, 1), strict=True) if one}


@pytest.mark.parametrize("strength", [0.5, 1, 2])
def test_copies_of_a_member_are_left_out_and_the_member_stays(strength: float) -> None:
    votes = copied(camps(200, 30, 30, 1, strength=strength).votes, "7", 5)
    assert left_out(votes) == {f"copy {i}" for i in range(5)}


def test_a_copy_that_changes_one_answer_of_forty_is_still_one() -> None:
    votes = camps(200, 40, 40, 1).votes
    theirs = copied(votes, "7", 1)
    changed = [*theirs.value]
    changed[-1] = -1 if changed[-1] == 1 else 1
    assert left_out(Votes(theirs.voter, theirs.statement, changed, theirs.asked)) == {"copy 0"}


def test_members_who_agree_are_not_copies() -> None:
    """With strong opinions and twelve statements, many members give the same answers without knowing each other."""
    votes = camps(300, 12, 12, 1, strength=4).votes
    rows = {tuple(np.array(votes.value)[np.array(votes.voter) == str(one)]) for one in range(300)}
    assert len(rows) < 300
    assert left_out(votes) == set()


def test_a_few_answers_are_not_evidence() -> None:
    assert left_out(copied(camps(100, 7, 7, 1).votes, "7", 5)) == set()
