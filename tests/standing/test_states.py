"""Every stored state and outcome that pages show has words of its own."""

import re

import pytest

from parley.platform.http.environment import environment
from parley.platform.migrations import m0001_initial as migrated

CHECKS = {
    "comments": "comment_state_check",
    "reports": "report_outcome_check",
    "appeals": "appeal_state_check",
    "updates": "suggested_update_state_check",
}


@pytest.mark.parametrize("words", CHECKS)
def test_each_stored_value_has_its_words(words: str) -> None:
    tables = (migrated.FOLDER / "m0001_tables.sql").read_text(encoding="utf-8")
    allowed = re.search(rf"{CHECKS[words]} CHECK \(\w+ in \(([^)]+)\)", tables)
    assert allowed

    said = getattr(environment().get_template("_macros/states.html").module, words)

    assert said.keys() == set(re.findall(r"'(\w+)'", allowed[1]))
