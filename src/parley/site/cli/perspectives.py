"""`parley perspectives analyse`: the map of a table of votes."""

import csv
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from parley.discussion.opinion_model.analyse import analyse as analyse_votes
from parley.discussion.opinion_model.analysis import Analysis, Votes
from parley.platform.errors import CommandFailed
from parley.site.cli.running import offline

COLUMNS = ("voter", "statement", "vote")
VOTES = {"-1": -1, "0": 0, "1": 1}


@click.group()
def perspectives() -> None:
    """Compute the map of a table of votes."""


@perspectives.command()
@click.argument("table", metavar="VOTES.csv", type=click.Path(path_type=Path))
@click.option("--asked", metavar="COLUMN", help="Column that is 1 where the voter was asked, else 0.")
@click.option("--seed", default=0, show_default=True, help="Seed of all random numbers.")
@offline
def analyse(table: Path, asked: str | None, seed: int) -> dict[str, Any]:
    """Print the map of a table of votes with the columns voter, statement and vote (-1, 0, 1)."""
    analysis = analyse_votes(read_votes(table, asked), seed=seed)
    return {**msgspec.to_builtins(analysis), "text": in_words(analysis)}


def read_votes(table: Path, asked: str | None) -> Votes:
    """Return the votes of a CSV file. Raises CommandFailed if a column is missing or a value is none."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        needed = (*COLUMNS, *([asked] if asked else []))
        if missing := [name for name in needed if name not in (reader.fieldnames or [])]:
            raise CommandFailed(f"{table} has no column {missing[0]}. It needs the columns {', '.join(needed)}.")
        rows = list(reader)
    return Votes(
        [row["voter"] for row in rows],
        [row["statement"] for row in rows],
        [_number(row["vote"], VOTES, "vote", line) for line, row in enumerate(rows, 2)],
        [bool(_number(row[asked], {"0": 0, "1": 1}, asked, line)) for line, row in enumerate(rows, 2)]
        if asked
        else None,
    )


def _number(text: Any, numbers: dict[str, int], column: str, line: int) -> int:
    number = numbers.get((text or "").strip())
    if number is None:
        raise CommandFailed(f"Line {line}: {column} is {text!r}. It must be one of {', '.join(numbers)}.")
    return number


def in_words(analysis: Analysis) -> str:
    """Return what was found, in a few lines."""
    gate = analysis.gate
    counted = f"{gate.members} members gave {gate.answers} answers to {gate.statements} statements that count."
    if analysis.state == "silent":
        return f"{counted}\nNo map: {analysis.reason}."
    verdicts = [statement.verdict for statement in analysis.statements]
    groups = ", ".join(analysis.parameters.centres) if analysis.parameters and analysis.parameters.centres else "none"
    named = ", ".join(
        f"{verdicts.count(verdict)} {verdict}" for verdict in ("common-ground", "rejected", "dividing", "unknown")
    )
    axes = "one axis" if analysis.axes == 1 else "two axes"
    return f"{counted}\nA map with {axes}; groups: {groups}.\nStatements: {named}."
