"""What every page weighs and how well it can be read."""

import gzip
import re
import shutil
import subprocess
from collections.abc import Sequence
from math import cos, radians, sin
from pathlib import Path

import pytest

from parley.moderation.rooms.web import HUES

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


@pytest.mark.parametrize("hue", [hue for hue in HUES if hue])
def test_the_mark_of_a_topic_stands_out_from_every_ground(hue: str) -> None:
    mark = (ROOT / "templates/_macros/ui.html").read_text()
    lightness, chroma = map(float, re.findall(r"oklch\(([\d.]+) ([\d.]+) {{ hue }}\)", mark)[0])
    drawn = srgb(lightness, chroma, int(hue))
    assert all(0 <= part <= 1 for part in drawn), "a browser would draw another colour"
    for ground in GROUNDS:
        for theme in TOKENS[ground]:
            assert ratio(bright(drawn), luminance(theme)) >= PICTURE, (ground, theme)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.2 defines it."""
    return ratio(luminance(one), luminance(other))


def ratio(one: float, other: float) -> float:
    darker, lighter = sorted((one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) > 4 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    return bright([part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts])


def bright(parts: Sequence[float]) -> float:
    """The luminance of red, green and blue as light has them."""
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def srgb(lightness: float, chroma: float, hue: int) -> list[float]:
    """Red, green and blue as light has them, of a colour in OKLCH (CSS Color 4, sample code)."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    cones = (
        (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3,
        (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3,
        (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3,
    )
    rows = (
        (4.0767416621, -3.3077115913, 0.2309699292),
        (-1.2684380046, 2.6097574011, -0.3413193965),
        (-0.0041960863, -0.7034186147, 1.7076147010),
    )
    return [sum(part * cone for part, cone in zip(row, cones, strict=True)) for row in rows]
