"""What every page weighs and how well it can be read."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
NODE = shutil.which("node") or ""
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", (STATIC / "css/platform/tokens.css").read_text()
    )
}
GROUNDS = ("paper", "margin", "card")
# WCAG 2.2: 1.4.6 (AAA), 1.4.3 (AA) and 1.4.11.
READING, PLAIN, PICTURE = 7.0, 4.5, 3.0


@pytest.mark.parametrize(("file", "budget"), [("parley.js", 25_000), ("parley.css", 14_000)])
def test_what_every_page_loads_keeps_its_budget(file: str, budget: int) -> None:
    assert len(gzip.compress((STATIC / file).read_bytes(), 9)) <= budget


@pytest.mark.skipif(not NODE, reason="node tells whether the built files are stale; it is not here")
def test_the_built_files_match_their_sources() -> None:
    subprocess.run([NODE, "bin/assets", "--check"], cwd=ROOT, check=True)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_stands_out_from_every_ground(ground: str, theme: int) -> None:
    paper = TOKENS[ground][theme]
    assert contrast(TOKENS["ink"][theme], paper) >= READING
    for name in ("soft", "accent", "supports", "challenges", "adds", "asks", "danger"):
        assert contrast(TOKENS[name][theme], paper) >= PLAIN, name
    for name in ("edge", "unsaid"):
        assert contrast(TOKENS[name][theme], paper) >= PICTURE, name


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_quotes_can_be_read_as_well_as_what_quotes_them(ground: str, theme: int) -> None:
    assert contrast(TOKENS["soft"][theme], TOKENS[ground][theme]) >= READING


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("change", ["added", "gone"])
def test_words_that_changed_can_be_read(change: str, theme: int) -> None:
    assert contrast(TOKENS["ink"][theme], TOKENS[change][theme]) >= READING
    assert contrast(TOKENS["soft"][theme], TOKENS[change][theme]) >= PLAIN


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) > 4 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
