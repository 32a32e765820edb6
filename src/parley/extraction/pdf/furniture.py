"""What pages repeat above and below their text: running heads, page numbers, notes of the publisher."""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from parley.extraction.pdf.document import Page
from parley.extraction.pdf.segments import Segment, cut_segments

_ROWS = 3  # at each end of a page
_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_NUMBER = re.compile(r"[^\w#]*(?:page|seite|p\.)?\s*#(?:\s*(?:/|of|von|sur|de)\s*#)?[^\w#]*", re.IGNORECASE)
_NEAR = 4.0  # points between the heights of the same row on two pages
_OFTEN, _FEWEST = 0.25, 2  # pages on which a row is repeated
_MOSTLY, _FEWEST_APART = 0.5, 3  # pages with any row at this height, apart from the text
_APART = 1.6  # of the usual distance of lines
_LEVEL = 0.02  # of the page's height
_AT_END = 0.15  # of the page's height
_COVER = re.compile(
    r"See discussions, stats, and author profiles|JSTOR is a not-for-profit|This paper is included in the Proceedings"
    r"|has made this article openly available|Copyright and moral rights for the publications made accessible"
    r"|HAL is a multi-?\s?disciplinary open access archive|This is a repository copy of|^Research Collection\b"
    r"|Other uses, including reproduction and distribution|Unless other specific re-use rights are stated"
)
_COVER_WORDS = 400


class Row(msgspec.Struct, frozen=True):
    """The words across a page at one height. `gap` is the distance to the next row, towards the middle."""

    page: int
    words: frozenset[int]
    key: str
    baseline: float
    gap: float
    at_top: bool


def without_cover(pages: list[Page]) -> list[Page]:
    """The pages without those that a site puts before papers of others."""
    words = " ".join(word.text for word in pages[0].words[:_COVER_WORDS]) if len(pages) > 1 else ""
    return without_cover(pages[1:]) if _COVER.search(words) else pages


def without_furniture(pages: Sequence[Page]) -> dict[int, list[Segment]]:
    """The segments of each page, by its number, without what pages repeat."""
    segments = {page.number: list(cut_segments(page.words)) for page in pages}
    rows = [row for page in pages for row in _ends(page, segments[page.number])]
    leading = median([row.gap for row in rows]) if rows else 0.0
    repeated = _repeated_rows(rows, len(pages)) | _rows_apart(rows, len(pages), _leading(segments.values()) or leading)
    gone = {(row.page, word) for row in repeated for word in row.words}
    return {
        number: [segment for segment in of_page if (number, id(segment)) not in gone]
        for number, of_page in segments.items()
    }


def _ends(page: Page, segments: Sequence[Segment]) -> list[Row]:
    """The first and the last rows of a page."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: segment.baseline):
        if rows and segment.baseline - rows[-1][-1].baseline < _NEAR:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    end_rows = []
    for at, row in enumerate(rows):
        at_top = at < _ROWS
        if not at_top and at < len(rows) - _ROWS:
            continue
        beside = rows[at + 1 : at + 2] if at_top else rows[max(at - 1, 0) : at]
        gap = abs(beside[0][0].baseline - row[0].baseline) if beside else page.height
        words = " ".join(
            word.text for segment in sorted(row, key=lambda segment: segment.left) for word in segment.words
        )
        key = " ".join(_DIGITS.sub("#", words.casefold()).split())
        end_rows.append(Row(page.number, frozenset(map(id, row)), key, row[0].baseline / page.height, gap, at_top))
    return end_rows


def _repeated_rows(rows: Iterable[Row], pages: int) -> set[Row]:
    """Rows with the same words at the same height on several pages, and page numbers."""
    groups: dict[tuple[str, bool], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.key, row.at_top].append(row)
    repeated: set[Row] = set()
    for (key, _at_top), same in groups.items():
        number = bool(_NUMBER.fullmatch(key)) and all(_is_outside(row) for row in same)
        if number or (len(same) >= max(_FEWEST, _OFTEN * pages) and _is_level(same)):
            repeated.update(same)
    return repeated


def _is_outside(row: Row) -> bool:
    return row.baseline < _AT_END if row.at_top else row.baseline > 1 - _AT_END


def _is_level(rows: Sequence[Row]) -> bool:
    heights = [row.baseline for row in rows]
    return max(heights) - min(heights) < _LEVEL and all(map(_is_outside, rows))


def _rows_apart(rows: Sequence[Row], pages: int, leading: float) -> set[Row]:
    """Rows at one height and apart from the text on most pages: running heads with the title of a section."""
    heights: dict[tuple[int, bool], list[Row]] = defaultdict(list)
    for row in rows:
        if row.gap > _APART * leading and _is_outside(row):
            heights[round(row.baseline * 200), row.at_top].append(row)
    return {
        row
        for same in heights.values()
        if len({row.page for row in same}) >= max(_FEWEST_APART, _MOSTLY * pages)
        for row in same
    }


def _leading(pages: Iterable[Sequence[Segment]]) -> float:
    """The usual distance between two lines."""
    steps: Counter[float] = Counter()
    for segments in pages:
        for upper, lower in itertools.pairwise(segments):
            step = round(lower.baseline - upper.baseline, 1)
            if 0 < step < 4 * upper.size:
                steps[step] += 1
    return steps.most_common(1)[0][0] if steps else 0.0
