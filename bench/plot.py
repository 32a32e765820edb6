"""A small plot of lines on two logarithmic axes, as SVG: a flat line is a cost that does not grow."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

import msgspec

Point = tuple[int, float]

WIDTH, HEIGHT, LEFT, TOP, GAP = 300, 240, 54, 28, 150
# Apart from each other for those who see no colours too.
DASHES = ("", "6 3", "2 3", "8 3 2 3")
COLOURS = ("#1d4f91", "#b4451f", "#2e7d4f", "#7a4fa3")
STYLE = (
    "text { font: 12px system-ui, sans-serif; fill: #6b6b6b } .grid { stroke: #8884 } path { fill: none; "
    "stroke-width: 2 }"
)


class Panel(msgspec.Struct):
    """What grows, and the lines of what it costs: points by name."""

    title: str
    lines: Mapping[str, Sequence[Point]]


class Scale(msgspec.Struct):
    """Whole powers of ten, from `low` to `high`, along `length` pixels."""

    low: int
    high: int
    length: int

    def at(self, value: float) -> float:
        return round((log10(value) - self.low) / (self.high - self.low) * self.length, 1)

    @property
    def marks(self) -> range:
        return range(self.low, self.high + 1)


def plot(unit: str, panels: Sequence[Panel]) -> str:
    """The panels beside each other, on the same upright axis."""
    values = [y for panel in panels for points in panel.lines.values() for _, y in points]
    upright = _scale(values, HEIGHT)
    width = len(panels) * (LEFT + WIDTH + GAP)
    drawn = [_panel(panel, upright, LEFT + place * (LEFT + WIDTH + GAP)) for place, panel in enumerate(panels)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 48}" role="img">',
            f"<style>{STYLE}</style>",
            f'<text x="4" y="16">{escape(unit)}</text>',
            *drawn,
            "</svg>\n",
        ]
    )


def _scale(values: Sequence[float], length: int) -> Scale:
    low, high = floor(log10(min(values))), ceil(log10(max(values)))
    return Scale(low, max(high, low + 1), length)


def _panel(panel: Panel, upright: Scale, left: int) -> str:
    level = _scale([x for points in panel.lines.values() for x, _ in points], WIDTH)
    bottom = TOP + HEIGHT
    parts = [
        f'<path class="grid" d="M{left} {bottom - upright.at(10**mark)}h{WIDTH}"/>'
        f'<text x="{left - 6}" y="{bottom - upright.at(10**mark) + 4}" text-anchor="end">{10**mark:g}</text>'
        for mark in upright.marks
    ]
    parts += [
        f'<text x="{left + level.at(10**mark)}" y="{bottom + 18}" text-anchor="middle">{10**mark:,}</text>'
        for mark in level.marks
    ]
    parts.append(f'<text x="{left + WIDTH / 2}" y="{bottom + 38}" text-anchor="middle">{escape(panel.title)}</text>')
    for place, (name, points) in enumerate(panel.lines.items()):
        parts.append(_line(name, [(left + level.at(x), bottom - upright.at(y)) for x, y in points], place))
    return "\n".join(parts)


def _line(name: str, points: Sequence[tuple[float, float]], place: int) -> str:
    path = "L".join(f"{x} {y}" for x, y in points)
    x, y = points[-1]
    return (
        f'<path d="M{path}" stroke="{COLOURS[place]}" stroke-dasharray="{DASHES[place]}"/>'
        f'<text x="{x + 6}" y="{y + 4}" style="fill: {COLOURS[place]}">{escape(name)}</text>'
    )
