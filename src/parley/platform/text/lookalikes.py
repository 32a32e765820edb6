"""Letters of other scripts that look like Latin ones (UTS 39)."""

from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@cache
def lookalikes() -> dict[str, str]:
    """The Latin letter or digit that each case-folded character looks like."""
    table: dict[str, str] = {}
    for line in (DATA / "lookalikes.txt").read_text("utf-8").splitlines():
        letter, _, others = line.partition(" ")
        table |= dict.fromkeys(others, letter)
    return table
