"""Figures: what was measured, what the machine could do at best in the same run, and whether that is enough."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec
from rich.console import Console
from rich.table import Table

from bench.load import Load

LAST = Path(__file__).with_name("last.json")


class Figure(msgspec.Struct):
    """One line of the table: five runs, and five of its ceiling measured in turn with them.

    With a ceiling the bar is the least share of it; without one, the most that the value may be (`least=True`: the
    least). A figure without a bar is there to be read.
    """

    part: str
    name: str
    unit: str
    runs: list[float]
    ceiling: list[float] = []
    bar: float | None = None
    least: bool = False
    # Milliseconds of the slowest of a hundred answers, for each run.
    p99: list[float] = []

    def add(self, load: Load) -> None:
        """Add a run under `load`."""
        self.runs.append(load.rate)
        self.p99.append(load.p99)

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def share(self) -> float | None:
        """The median of the rounds' own shares: both sides of each were measured within seconds."""
        pairs = zip(self.runs, self.ceiling, strict=True)
        return median(run / best for run, best in pairs) if self.ceiling else None

    @property
    def holds(self) -> bool | None:
        if self.bar is None:
            return None
        if self.share is not None:
            return self.share >= self.bar
        return self.value >= self.bar if self.least else self.value <= self.bar


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table(title="Parley beside this machine's ceilings (medians; lowest and highest run)")
    for heading in ("", "figure", "measured", "p99", "ceiling", "share", "bar", ""):
        table.add_column(heading, justify="left" if heading in {"", "figure"} else "right")
    former = ""
    for figure in figures:
        if former not in {"", figure.part}:
            table.add_section()
        table.add_row(figure.part if figure.part != former else "", *_cells(figure))
        former = figure.part
    Console(width=132).print(table)


def keep(figures: Sequence[Figure]) -> None:
    """Write the figures to bench/last.json, each with its median, share and verdict."""
    rows = [
        msgspec.structs.asdict(one) | {"value": one.value, "share": one.share, "holds": one.holds} for one in figures
    ]
    LAST.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1))


def _cells(figure: Figure) -> list[str]:
    share = f"{figure.share:.0%}" if figure.share is not None else ""
    ceiling = _spread(figure.ceiling, figure.unit) if figure.ceiling else ""
    verdict = {True: "[green]holds[/]", False: "[red]misses[/]", None: ""}[figure.holds]
    slowest = f"{_number(median(figure.p99))} ms" if figure.p99 else ""
    return [figure.name, _spread(figure.runs, figure.unit), slowest, ceiling, share, _bar(figure), verdict]


def _spread(runs: Sequence[float], unit: str) -> str:
    middle = f"{_number(median(runs))} {unit}"
    return f"{middle} ({_number(min(runs))}-{_number(max(runs))})" if len(runs) > 1 else middle


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    sign = ">=" if figure.ceiling or figure.least else "<="
    return f"{sign} {figure.bar:.0%}" if figure.ceiling else f"{sign} {_number(figure.bar)} {figure.unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
