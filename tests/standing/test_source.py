"""What no line of the source may do."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "parley"

BANNED: dict[str, set[str]] = {
    # trust.md T2: nested ones would be no transactions, and a failing COMMIT would leak the connection.
    r"\.transaction\(": {"core/db.py"},
    r"\bpickle\b|yaml\.load\(|\beval\(|\bexec\(": set(),
    r"datetime\.now\(\)|utcnow\(": set(),
    r"\|\s*safe\b": set(),
}


@pytest.mark.parametrize("pattern", BANNED)
def test_the_source_does_without(pattern: str) -> None:
    found = {
        file.relative_to(SOURCE).as_posix()
        for file in SOURCE.rglob("*.py")
        if re.search(pattern, "\n".join(line.partition("#")[0] for line in file.read_text().splitlines()))
    }

    assert found <= BANNED[pattern]
