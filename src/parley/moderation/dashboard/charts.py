"""The geometry of charts, which templates draw: x in percent of the width, y in pixels from the top."""

from collections.abc import Mapping, Sequence
from math import log

import msgspec

from parley.platform.text.messages import N_

# The width of a bar as a share of its place.
BAR_SHARE = 0.78
# Heights in pixels, and the space above and below spans.
STRIP_HEIGHT = 28
SPANS_HEIGHT = 168
PAD = 14
MINUTE, HOUR, DAY = 60, 3_600, 86_400
TICKS = {600: N_("10 min"), HOUR: N_("1 h"), 6 * HOUR: N_("6 h"), DAY: N_("1 day"), 7 * DAY: N_("1 week")}


class Bar(msgspec.Struct, frozen=True):
    x: float
    width: float
    y: float
    height: float
    title: str
    # The current period, which has not ended.
    is_last: bool


class Strip(msgspec.Struct, frozen=True):
    """A row of bars for one series."""

    name: str
    words: str
    bars: list[Bar]


def strip(name: str, words: str, values: Sequence[float], labels: Sequence[str], peak: float) -> Strip:
    """Bars for `values`; a value of `peak` has the full height."""
    slot = 100 / max(1, len(values))
    bars = [
        Bar(
            x=round(index * slot + slot * (1 - BAR_SHARE) / 2, 2),
            width=round(slot * BAR_SHARE, 2),
            y=round(STRIP_HEIGHT - height, 1),
            height=height,
            title=N_("{what}: {value}").format(what=label, value=value),
            is_last=index == len(values) - 1,
        )
        for index, (value, label) in enumerate(zip(values, labels, strict=True))
        if value and (height := max(2.0, round(STRIP_HEIGHT * value / max(1, peak), 1)))
    ]
    return Strip(name, words, bars)


class Span(msgspec.Struct, frozen=True):
    """The median and the 90th percentile of one period, as y."""

    x: float
    half: float
    most: float
    title: str


class Tick(msgspec.Struct, frozen=True):
    y: float
    name: str


class Spans(msgspec.Struct, frozen=True):
    """Marks and ticks, and a line for each aim."""

    marks: list[Span]
    ticks: list[Tick]
    aims: list[Tick]


def spans(pairs: Sequence[tuple[float, float] | None], titles: Sequence[str], aims: Mapping[float, str]) -> Spans:
    """Marks for (median, 90th percentile) in seconds of each period, None for no data.

    `aims`: the times to decide in seconds, with their names.
    """
    longest = max([pair[1] for pair in pairs if pair] + [2 * aim for aim in aims])
    slot = 100 / max(1, len(pairs))
    marks = [
        Span(round((index + 0.5) * slot, 2), _y(pair[0], longest), _y(pair[1], longest), title)
        for index, (pair, title) in enumerate(zip(pairs, titles, strict=True))
        if pair
    ]
    ticks = [Tick(_y(at, longest), name) for at, name in TICKS.items() if at <= longest and at not in aims]
    return Spans(marks, ticks, [Tick(_y(at, longest), name) for at, name in sorted(aims.items())])


def _y(seconds: float, longest: float) -> float:
    """The y of a duration on a logarithmic scale, with a minute at the bottom."""
    share = log(max(seconds, MINUTE) / MINUTE) / log(longest / MINUTE)
    return round(SPANS_HEIGHT - PAD - (SPANS_HEIGHT - 2 * PAD) * share, 1)


class Share(msgspec.Struct, frozen=True):
    """A share in percent. `part` is None if the whole is zero."""

    name: str
    words: str
    part: float | None


def share(name: str, words: str, part: int, whole: int) -> Share:
    return Share(name, words, round(100 * part / whole, 1) if whole else None)
