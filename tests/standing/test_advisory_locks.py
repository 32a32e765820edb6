"""No two features wait for each other at one advisory lock."""

import re
from collections import defaultdict
from pathlib import Path

import parley

NUMBER = re.compile(r"\b7_?27\d_?\d{3}\b")
ROOT = Path(parley.__file__).parent


def test_each_number_of_an_advisory_lock_is_used_in_one_place() -> None:
    places: dict[int, list[str]] = defaultdict(list)
    for path in sorted([*ROOT.rglob("*.py"), *ROOT.rglob("schema.sql")]):
        for number in NUMBER.findall(path.read_text()):
            places[int(number.replace("_", ""))].append(str(path.relative_to(ROOT)))

    assert len(places) > 5
    assert {number: found for number, found in places.items() if len(found) > 1} == {}
