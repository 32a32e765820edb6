"""Contents lists, which repeat the headings of the text with the numbers of their pages."""

import re
from collections.abc import Sequence

from parley.extraction.pdf.words import Line

_TITLE = re.compile(
    r"(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|table des mati[eè]res|[ií]ndice(?: general)?|sum[aá]rio"
    r"|目\s*[次录錄]|(?:جدول )?المحتويات",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\d{1,4}|[ivxl]{1,6}")
_LEADERS = re.compile(r"(?:\s?[.\u2026·]){4,}")
_APART = 1.0  # of the size, between an entry and its page
_FEWEST, _LONGEST = 2, 3  # entries of a list, and lines of an entry


def without_contents(lines: Sequence[Line]) -> list[Line]:
    """The lines in reading order without lists of contents and their titles."""
    kept: list[Line] = []
    at = 0
    while at < len(lines):
        entries, end = _entries(lines, at + 1) if _TITLE.fullmatch(lines[at].text.strip(" .:")) else (0, at)
        if entries >= _FEWEST:
            at = end
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _entries(lines: Sequence[Line], start: int) -> tuple[int, int]:
    """How many entries begin at `start`, and where the text begins after them."""
    count, at = 0, start
    while last := next((end for end in range(at, min(at + _LONGEST, len(lines))) if _is_entry(lines[end])), None):
        count, at = count + 1, last + 1
    return count, at


def _is_entry(line: Line) -> bool:
    """Whether a line ends with a page number at some distance, or after a row of dots."""
    *others, last = line.words
    if not _PAGE.fullmatch(last.text):
        return bool(_LEADERS.search(line.text))
    return not others or last.left - others[-1].right > _APART * line.size or bool(_LEADERS.search(line.text))
