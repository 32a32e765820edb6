"""Styles name the start and the end of a line, never left and right: they hold for scripts of both directions."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "static" / "css"
NAMES = re.compile(r"[\w-]*\b(?<!\.)(?:left|right)\b[\w-]*\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)\b")
SIDES = re.compile(r"(?:^|[{;\s])(margin|padding|inset|border-radius)\s*:\s*([^;}]+)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# A part of a value; what stands in brackets stays together.
PART = re.compile(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+")


def physical(css: str) -> list[str]:
    """The declarations in `css` that mean one side of the screen."""
    css = COMMENT.sub("", css)
    named = [found[0] for found in NAMES.finditer(css)]
    return named + [found[0].strip(" {;\n") for found in SIDES.finditer(css) if uneven(found[1], found[2])]


def uneven(name: str, value: str) -> bool:
    """Whether a shorthand of four values gives left and right different ones."""
    match PART.findall(value):
        case first, second, third, fourth:
            return (first, fourth) != (second, third) if name == "border-radius" else second != fourth
    return False


@pytest.mark.parametrize("file", sorted(STYLES.rglob("*.css")), ids=lambda file: file.relative_to(STYLES).as_posix())
def test_a_style_names_no_side_of_the_screen(file: Path) -> None:
    assert physical(file.read_text()) == []


@pytest.mark.parametrize(
    ("css", "found"),
    [
        ("a { margin-left: 1px; }", 1),
        ("a { border-top-right-radius: 1px; left: 0 }", 2),
        ("a { text-align: right; float: left; }", 2),
        ("a { padding: 0 calc(1px + (2px * 2)) 0 2px; }", 1),
        ("a { border-radius: 0 var(--r) var(--r) 0; }", 1),
        ("a { border-radius: 9px 9px 0 0; padding: 0 calc(1px + 2px) 3px calc(1px + 2px); }", 0),
        (".left-off a, .menu.right > ul { inset: auto 0 0; } /* left: 0 */", 0),
    ],
)
def test_what_means_a_side_is_found(css: str, found: int) -> None:
    assert len(physical(css)) == found
