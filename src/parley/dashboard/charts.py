"""The geometry of charts: places in hundredths of the width, heights in pixels from the top. Templates only draw."""

from collections.abc import Sequence
from math import log

import msgspec

# Of the room of one bar, the share that it fills.
FILLED = 0.78
STRIP = 28
SPANS = 168
# Room above and below the marks of spans.
PAD = 14
MINUTE, HOUR, DAY = 60, 3_600, 86_400
TICKS = {600: "10 min", HOUR: "1 h", 6 * HOUR: "6 h", DAY: "1 day", 7 * DAY: "1 week"}


class Bar(msgspec.Struct, frozen=True):
    x: float
    width: float
    y: float
    height: float
    title: str
    # The last part of a time still goes on.
    is_last: bool


class Strip(msgspec.Struct, frozen=True):
    """A row of bars over a time, of one thing."""

    name: str
    words: str
    bars: list[Bar]


def strip(name: str, words: str, values: Sequence[int], labels: Sequence[str], peak: int) -> Strip:
    """Bars as high as `values`, where `peak` is as high as there is room."""
    room = 100 / max(1, len(values))
    bars = [
        Bar(
            x=round(place * room + room * (1 - FILLED) / 2, 2),
            width=round(room * FILLED, 2),
            y=round(STRIP - height, 1),
            height=height,
            title=f"{label}: {value:,}",
            is_last=place == len(values) - 1,
        )
        for place, (value, label) in enumerate(zip(values, labels, strict=True))
        if value and (height := max(2.0, round(STRIP * value / max(1, peak), 1)))
    ]
    return Strip(name, words, bars)


class Span(msgspec.Struct, frozen=True):
    """From half to nine in ten of what was done in one part of a time, on a scale of time."""

    x: float
    half: float
    most: float
    title: str


class Tick(msgspec.Struct, frozen=True):
    y: float
    name: str


class Spans(msgspec.Struct, frozen=True):
    marks: list[Span]
    ticks: list[Tick]
    aim: float


def spans(pairs: Sequence[tuple[float, float] | None], titles: Sequence[str], aim: float) -> Spans:
    """Seconds (half, nine in ten) of each part of a time, None where nothing was; `aim` is a line across."""
    longest = max([pair[1] for pair in pairs if pair] + [2 * aim])
    room = 100 / max(1, len(pairs))
    marks = [
        Span(round((place + 0.5) * room, 2), _height(pair[0], longest), _height(pair[1], longest), title)
        for place, (pair, title) in enumerate(zip(pairs, titles, strict=True))
        if pair
    ]
    ticks = [Tick(_height(at, longest), name) for at, name in TICKS.items() if at <= longest and at != aim]
    return Spans(marks, ticks, _height(aim, longest))


def _height(seconds: float, longest: float) -> float:
    """Where so many seconds stand: every doubling is as high as the last, a minute is at the bottom."""
    share = log(max(seconds, MINUTE) / MINUTE) / log(longest / MINUTE)
    return round(SPANS - PAD - (SPANS - 2 * PAD) * share, 1)


class Share(msgspec.Struct, frozen=True):
    """A part of a whole, in hundredths; None where there is no whole yet."""

    name: str
    words: str
    part: float | None


def share(name: str, words: str, part: int, whole: int) -> Share:
    return Share(name, words, round(100 * part / whole, 1) if whole else None)
