"""The matrix factorisation equals what Community Notes' own code answered, for every conversation in the folder."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.conftest import SHARED
from tests.discussion.opinion_model.community_notes import Factors, Ratings, factorise, loss

FOLDER = SHARED / "community-notes" / "reference-mf"
CONVERSATIONS = sorted(FOLDER.glob("*.ratings_used.csv"))
if not CONVERSATIONS:
    pytest.skip(f"{FOLDER} has no answers of Community Notes to compare with", allow_module_level=True)


class Conversation(NamedTuple):
    ratings: Ratings
    found: Factors
    notes: list[dict[str, str]]

    def note(self, column: str) -> NDArray[np.float64]:
        return np.array([float(row[column]) for row in self.notes])


@pytest.fixture(scope="module", params=CONVERSATIONS, ids=lambda path: path.name.removesuffix(".ratings_used.csv"))
def conversation(request: pytest.FixtureRequest) -> Conversation:
    notes, raters = (beside(request.param, kind) for kind in ("note_params", "rater_params"))
    note = {row["noteId"]: index for index, row in enumerate(notes)}
    rater = {row["raterParticipantId"]: index for index, row in enumerate(raters)}
    rows = beside(request.param, "ratings_used")
    ratings = Ratings(
        np.array([rater[row["raterParticipantId"]] for row in rows]),
        np.array([note[row["noteId"]] for row in rows]),
        np.array([float(row["helpfulNum"]) for row in rows]),
        len(raters),
        len(notes),
    )
    return Conversation(ratings, factorise(ratings, seed=1), notes)


def beside(path: Path, kind: str) -> list[dict[str, str]]:
    with Path(str(path).replace("ratings_used", kind)).open(newline="") as file:
        return list(csv.DictReader(file))


def ranks(values: NDArray[np.float64]) -> NDArray[np.int_]:
    return np.argsort(np.argsort(values))


def test_intercepts_of_notes_are_those_of_community_notes(conversation: Conversation) -> None:
    expected = conversation.note("internalNoteIntercept")
    assert np.abs(conversation.found.note_intercepts - expected).max() <= 0.02
    assert np.corrcoef(ranks(conversation.found.note_intercepts), ranks(expected))[0, 1] >= 0.995


def test_factors_are_those_of_community_notes(conversation: Conversation) -> None:
    correlation = np.corrcoef(conversation.found.note_factors, conversation.note("internalNoteFactor1"))[0, 1]
    assert abs(correlation) >= 0.999


def test_no_step_from_the_solution_lowers_the_loss(conversation: Conversation) -> None:
    least = loss(conversation.found, conversation.ratings)
    random = np.random.default_rng(1)
    found = conversation.found
    for _ in range(20):
        moved = Factors(
            found.mean + random.normal(0, 0.01),
            found.rater_intercepts + random.normal(0, 0.01, conversation.ratings.raters),
            found.note_intercepts + random.normal(0, 0.01, conversation.ratings.notes),
            found.rater_factors + random.normal(0, 0.01, conversation.ratings.raters),
            found.note_factors + random.normal(0, 0.01, conversation.ratings.notes),
        )
        assert loss(moved, conversation.ratings) > least
