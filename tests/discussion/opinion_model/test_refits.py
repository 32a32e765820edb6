"""What stays when a thread is analysed again, and what a map of styles is not."""

import numpy as np
import pytest

from parley.discussion.opinion_model import gate
from parley.discussion.opinion_model.analyse import analyse
from parley.discussion.opinion_model.analysis import Gain
from parley.discussion.opinion_model.beta import quantile
from tests.discussion.opinion_model.worlds import camps, chosen, nothing


def test_letters_and_directions_stay_when_more_answers_come() -> None:
    votes = camps(120, 30, 20, 2, share=0.45).votes
    random = np.random.default_rng(1)
    before = analyse(chosen(votes, (random.random(len(votes.value)) < 0.7).tolist()), seed=1)
    after = analyse(votes, seed=99, previous=before)
    assert before.state == after.state == "open"
    then, now = ({one.voter: (one.group, one.position[0]) for one in each.members} for each in (before, after))
    both = [who for who in then if then[who][0] and now[who][0]]
    assert len(both) > 50
    assert np.mean([then[who][0] == now[who][0] for who in both]) > 0.95
    assert np.corrcoef([then[who][1] for who in both], [now[who][1] for who in both])[0, 1] > 0.9


def test_without_many_new_answers_the_gate_is_not_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = camps(80, 20, 12, 1).votes
    before = analyse(votes, seed=1)

    def fail(*_: object, **__: object) -> None:
        pytest.fail("measured again")

    monkeypatch.setattr(gate, "measure", fail)
    assert analyse(votes, seed=1, previous=before).state == before.state == "open"


def test_an_open_map_closes_later_than_it_opens() -> None:
    gained = Gain(share=0.05, z=2.5, trimmed_z=1.5, others_z=0.5)
    assert gate.opens(gained, was_open=True)
    assert not gate.opens(gained, was_open=False)
    assert not gate.opens(Gain(share=0.05, z=1.9, trimmed_z=1.5, others_z=0.5), was_open=True)


@pytest.mark.parametrize("kind", ["random", "noisy", "agreeable"])
def test_members_who_only_differ_in_style_are_not_groups(kind: str) -> None:
    found = analyse(nothing(600, 25, 20, 1, kind).votes, seed=1)
    assert found.state == "silent"


def test_quantiles_of_the_beta_distribution_are_exact() -> None:
    """Beta(1, b) and Beta(a, 1) have quantiles in closed form; Beta(½, ½) is the arcsine distribution."""
    a, b = np.array([1.0, 1.0, 7.5, 0.5]), np.array([4.0, 60.5, 1.0, 0.5])
    expected = [1 - 0.9 ** (1 / 4), 1 - 0.9 ** (1 / 60.5), 0.1 ** (1 / 7.5), np.sin(np.pi * 0.1 / 2) ** 2]
    np.testing.assert_allclose(quantile(0.1, a, b), expected, atol=1e-11)
