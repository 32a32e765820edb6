"""Polis's arithmetic equals what pol.is itself answered, for every conversation in the folder."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from parley.discussion.opinion_model.groups import adjusted_rand_index
from tests.conftest import SHARED
from tests.discussion.opinion_model import polis

FOLDER = SHARED / "polis" / "expected-math"
CONVERSATIONS = sorted(FOLDER.glob("*/math-pca2.json"))
if not CONVERSATIONS:
    pytest.skip(f"{FOLDER} has no answers of Polis to compare with", allow_module_level=True)


class Conversation(NamedTuple):
    """Ratings by member and statement, and what Polis said of them."""

    expected: dict[str, Any]
    members: list[int]
    ratings: NDArray[np.float64]
    moderated: NDArray[np.bool_]

    @property
    def statements(self) -> list[int]:
        return self.expected["tids"]

    def flags(self, key: str) -> NDArray[np.bool_]:
        return np.isin(self.statements, self.expected[key])

    def rows(self, members: list[int]) -> NDArray[np.int_]:
        return np.array([self.members.index(one) for one in members])

    def groups(self) -> list[NDArray[np.int_]]:
        """Return each group's members: groups are made of base clusters, which are made of members."""
        base = dict(zip(self.expected["base-clusters"]["id"], self.expected["base-clusters"]["members"], strict=True))
        groups = self.expected["group-clusters"]
        return [self.rows([member for cluster in one["members"] for member in base[cluster]]) for one in groups]


def read(path: Path) -> Conversation:
    expected = json.loads(path.read_text())
    votes = json.loads((path.parent / "votes.json").read_text())
    votes.sort(key=lambda vote: float(vote["modified"]))
    member = [vote.get("pid", vote.get("participant_id")) for vote in votes]
    statement = [vote.get("tid", vote.get("statement_id")) for vote in votes]
    members = sorted(set(member))
    ratings = np.full((len(members), len(expected["tids"])), np.nan)
    for who, what, vote in zip(member, statement, votes, strict=True):
        if what in expected["tids"]:
            ratings[members.index(who), expected["tids"].index(what)] = vote["vote"]
    return Conversation(expected, members, ratings, np.isin(expected["tids"], expected["mod-out"]))


@pytest.fixture(params=CONVERSATIONS, ids=lambda path: path.parent.name)
def conversation(request: pytest.FixtureRequest) -> Conversation:
    """A conversation whose votes hold every member that Polis counted; some exports lack votes."""
    found = read(request.param)
    counts = dict(zip(map(str, found.members), (~np.isnan(found.ratings)).sum(axis=1).tolist(), strict=True))
    if counts != found.expected["user-vote-counts"]:
        pytest.skip("its votes are not those that Polis counted")
    return found


def test_centre_components_and_positions_are_those_of_polis(conversation: Conversation) -> None:
    drawn, expected = polis.draw(conversation.ratings, conversation.moderated), conversation.expected
    np.testing.assert_allclose(drawn.centre, expected["pca"]["center"], atol=1e-12)
    cosines = np.abs((drawn.components * expected["pca"]["comps"]).sum(axis=1))
    assert (cosines >= 0.999999).all()
    np.testing.assert_allclose(drawn.extremity, expected["pca"]["comment-extremity"], atol=1e-10)
    signs = np.sign((drawn.components * expected["pca"]["comps"]).sum(axis=1))
    base = expected["base-clusters"]
    places = np.array([drawn.positions[conversation.rows(one)].mean(axis=0) for one in base["members"]]) * signs
    np.testing.assert_allclose(places, np.column_stack([base["x"], base["y"]]), atol=1e-10)


def test_consensus_and_priorities_are_those_of_polis(conversation: Conversation) -> None:
    expected = conversation.expected
    counts = polis.VoteCounts.of(conversation.ratings, conversation.groups())
    consensus = [expected["group-aware-consensus"][str(one)] for one in conversation.statements]
    np.testing.assert_allclose(polis.group_aware_consensus(counts), consensus, atol=1e-12)
    extremity = np.array(expected["pca"]["comment-extremity"])
    priorities = [expected["comment-priorities"][str(one)] for one in conversation.statements]
    np.testing.assert_allclose(
        polis.priorities(counts, extremity, conversation.flags("meta-tids")), priorities, rtol=1e-12
    )


@pytest.mark.parametrize("side", ["agree", "disagree"])
def test_the_list_of_consensus_is_that_of_polis(conversation: Conversation, side: str) -> None:
    counts = polis.VoteCounts.of(conversation.ratings, [np.arange(len(conversation.members))])
    count = counts.agree if side == "agree" else counts.disagree
    chosen = polis.consensus(count[0], counts.seen[0], conversation.moderated)
    found = [conversation.statements[index] for index in chosen]
    assert sorted(found) == sorted(one["tid"] for one in conversation.expected["consensus"][side])


def test_k_means_from_the_centres_of_polis_gives_its_groups(conversation: Conversation) -> None:
    base, groups = conversation.expected["base-clusters"], conversation.expected["group-clusters"]
    points = np.column_stack([base["x"], base["y"]])
    found = polis.k_means(points, np.array(base["count"]), np.array([one["center"] for one in groups]))
    theirs = [next(i for i, one in enumerate(groups) if cluster in one["members"]) for cluster in base["id"]]
    assert adjusted_rand_index(found, np.array(theirs)) >= 0.95
