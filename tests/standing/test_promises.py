"""What documents name as proof is there."""

import re

import pytest

from tests.conftest import ROOT

PROOF = re.compile(r"`([\w/]+/test_\w+\.py)`((?: \w+,?)*)")
NUMBERS = [f"R{number}" for number in range(1, 36)] + [f"I{number}" for number in range(1, 21)]


def proofs(page: str) -> list[tuple[str, list[str]]]:
    """The files that a page names, each with the parts of the names of tests, or of their cases, in it."""
    rows = [row for row in (ROOT / "docs" / page).read_text().splitlines() if row.startswith("|")]
    return [(path, words.replace(",", "").split()) for row in rows for path, words in PROOF.findall(row)]


@pytest.mark.parametrize("page", ["moderation-proofs.md", "faults.md", "decisions/0020-own-mechanisms.md"])
def test_every_proof_that_is_named_is_there(page: str) -> None:
    found = proofs(page)

    for path, words in found:
        text = (ROOT / "tests" / path).read_text()
        assert [word for word in words if word not in text] == [], path
    assert len(found) > 20


def test_no_promise_of_moderation_is_left_out() -> None:
    said = (ROOT / "docs" / "moderation-proofs.md").read_text()

    assert [number for number in NUMBERS if not re.search(rf"\b{number}\b", said)] == []
