"""`parley discussion import`: load a discussion from a JSONL file."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click
from rich.progress import Progress

from parley.cli.running import on_installation
from parley.comments.importing import Line, import_discussion
from parley.core.errors import Refused


@click.group()
def discussion() -> None:
    """Discussions."""


@discussion.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--thread", required=True, type=int, help="Number of the thread that gets the comments.")
@on_installation
async def import_(file: Path, thread: int) -> dict[str, Any]:
    """Load FILE.jsonl into a thread; doing it again adds nothing."""
    lines = read(file)
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("Importing", total=len(lines))
        summary = await import_discussion(thread, lines, lambda done: bar.advance(task, done))
    text = f"{summary.added} comments added, {summary.known} were there already."
    return {"text": text, **msgspec.to_builtins(summary)}


def read(file: Path) -> list[Line]:
    """The lines of a discussion file. Raises Refused naming the first line that cannot be read."""
    if not file.is_file():
        raise Refused(f"There is no file {file}.")
    lines: list[Line] = []
    for number, raw in enumerate(file.read_bytes().splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            lines.append(msgspec.json.decode(raw, type=Line, strict=False))
        except msgspec.MsgspecError as error:
            raise Refused(f"Line {number} of {file.name} is not a comment: {error}. Nothing was imported.") from None
    return lines
