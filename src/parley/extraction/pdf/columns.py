"""The reading order of a page: columns from left to right, between what goes across them."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from parley.extraction.pdf.right_to_left import in_order
from parley.extraction.pdf.segments import Segment
from parley.extraction.pdf.words import Line

_STEP = 3.0  # points between the places at which a gutter is looked for
_WIDE = 0.2  # of the text's width: a column has lines of at least this width
_FEWEST = 4  # lines beside each other
_CROSSING = 0.15  # this many lines may go across a gutter, beside the columns
_FILLED = 0.85  # of a column's width
_DEEPEST_HEAD = 400.0  # points
_ABSTRACT = re.compile(r"abstract|summary", re.IGNORECASE)
_EDGE = 1.0  # points by which a line may reach into a gutter


class Gutter(msgspec.Struct, frozen=True):
    """An upright gap between columns, at `x`."""

    x: float
    weight: float

    def is_crossed_by(self, segment: Segment) -> bool:
        return segment.left < self.x - _EDGE and segment.right > self.x + _EDGE


def in_reading_order(segments: Sequence[Segment], page: int) -> list[Line]:
    """The lines of a page, or of a part of it, in the order in which they are read."""
    if not segments:
        return []
    gutter = _gutter(segments)
    if gutter is None:
        return _lines(segments, page)
    lines: list[Line] = []
    for crossing, band in _bands(segments, gutter):
        if crossing:
            lines += _lines(band, page)
        else:
            lines += in_reading_order([segment for segment in band if segment.right <= gutter.x + _EDGE], page)
            lines += in_reading_order([segment for segment in band if segment.right > gutter.x + _EDGE], page)
    return lines


def first_page_in_reading_order(segments: Sequence[Segment], page: int) -> list[Line]:
    """Like `in_reading_order`, but the authors between the title and the columns are read across the page."""
    gutter = _gutter(segments) if segments else None
    end = _head_end(segments, gutter) if gutter is not None else 0.0
    head = [segment for segment in segments if segment.baseline < end]
    return _lines(head, page) + in_reading_order([segment for segment in segments if segment.baseline >= end], page)


def _head_end(segments: Sequence[Segment], gutter: Gutter) -> float:
    """Where the first line begins that fills a column, below the largest words; 0 if these are not on top."""
    title = max(segments, key=lambda segment: segment.size)
    left, right = min(segment.left for segment in segments), max(segment.right for segment in segments)
    filling = [
        segment.baseline
        for segment in segments
        if segment.baseline > title.baseline
        and not gutter.is_crossed_by(segment)
        and (
            segment.width > _FILLED * (gutter.x - left if segment.right <= gutter.x + _EDGE else right - gutter.x)
            or _ABSTRACT.match(segment.words[0].text)
        )
    ]
    end = min(filling, default=0.0)
    # Formulas and slides have large words anywhere.
    return end if gutter.is_crossed_by(title) and end - title.baseline < _DEEPEST_HEAD else 0.0


def _bands(segments: Sequence[Segment], gutter: Gutter) -> Iterator[tuple[bool, list[Segment]]]:
    """Cut a page, from top to bottom, into what crosses a gutter and the columns between."""
    marked = sorted(
        ((segment.baseline, gutter.is_crossed_by(segment), segment) for segment in segments),
        key=lambda item: item[0],
    )
    crossing = [segment for _, crosses, segment in marked if crosses]
    # What is level with a line across the columns belongs to it.
    rows = [
        (crosses or any(segment.is_level_with(other) for other in crossing), segment) for _, crosses, segment in marked
    ]
    for crosses, band in groupby(rows, key=lambda row: row[0]):
        yield crosses, [segment for _, segment in band]


def _gutter(segments: Sequence[Segment]) -> Gutter | None:
    left, right = min(segment.left for segment in segments), max(segment.right for segment in segments)
    wide = _WIDE * (right - left)
    lines = [segment for segment in segments if segment.width >= wide]
    gutters = [
        gutter
        for step in range(int((right - left) // _STEP) + 1)
        if (gutter := _weigh(left + step * _STEP, lines, segments)) is not None
    ]
    if not gutters:
        return None
    best = max(gutter.weight for gutter in gutters)
    heaviest = [gutter for gutter in gutters if gutter.weight == best]
    return heaviest[len(heaviest) // 2]


def _weigh(x: float, lines: Sequence[Segment], segments: Sequence[Segment]) -> Gutter | None:
    before = [line for line in lines if line.right <= x + _EDGE]
    after = [line for line in lines if line.left >= x - _EDGE]
    if min(len(before), len(after)) < _FEWEST:
        return None
    top = max(min(line.baseline for line in side) for side in (before, after))
    bottom = min(max(line.baseline for line in side) for side in (before, after))
    beside = [sum(top <= line.baseline <= bottom for line in side) for side in (before, after)]
    gutter = Gutter(x, 0)
    crossing = sum(top <= segment.baseline <= bottom and gutter.is_crossed_by(segment) for segment in segments)
    if min(beside) < _FEWEST or crossing > _CROSSING * sum(beside):
        return None
    return Gutter(x, len(before) + len(after) - 3 * crossing)


def _lines(segments: Sequence[Segment], page: int) -> list[Line]:
    """Join the segments of one column that are in a row."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda segment: segment.baseline):
        if rows and any(segment.is_level_with(other) for other in rows[-1]):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    left = min((segment.left for segment in segments), default=0.0)
    right = max((segment.right for segment in segments), default=0.0)
    return [_line(row, page, left, right) for row in rows]


def _line(row: Sequence[Segment], page: int, left: float, right: float) -> Line:
    words = [word for segment in sorted(row, key=lambda segment: segment.left) for word in segment.words]
    words = in_order(words) if any(word.is_mirrored for word in words) else words
    return Line(words, page, left, right)
