"""`parley discussion import`: import a discussion from a JSONL file."""

import sys
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click
from rich.progress import Progress

from parley.cli.running import on_installation
from parley.comments.importing import ImportLine, import_discussion
from parley.core.errors import CommandFailed


@click.group()
def discussion() -> None:
    """Discussions."""


@discussion.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--thread", required=True, type=int, help="Number of the thread that gets the comments.")
@on_installation
async def import_(file: Path, thread: int) -> dict[str, Any]:
    """Import FILE.jsonl into a thread. Importing it again adds nothing.

    One JSON object a line: id, parent_id (another line's id, or null), author, created_utc (seconds since 1970), body
    (Markdown; "[deleted]" or "[removed]" leaves a tombstone), score. Lines whose kind is not "comment" are skipped.
    """
    lines = read(file)
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("Importing", total=len(lines))
        summary = await import_discussion(thread, lines, lambda done: bar.advance(task, done))
    text = f"{summary.added} comments added, {summary.known} were there already."
    return {"text": text, **msgspec.to_builtins(summary)}


def read(file: Path) -> list[ImportLine]:
    """Return the lines of a discussion file. Raises CommandFailed with the first line that cannot be read."""
    if not file.is_file():
        raise CommandFailed(f"There is no file {file}.")
    lines: list[ImportLine] = []
    for number, raw in enumerate(file.read_bytes().splitlines(), start=1):
        if not raw.strip():
            continue
        try:
            lines.append(_line(raw))
        except msgspec.MsgspecError as error:
            raise CommandFailed(
                f"Line {number} of {file.name} is not a comment: {error}. Nothing was imported."
            ) from None
    return lines


def _line(raw: bytes) -> ImportLine:
    """Raises msgspec.ValidationError for a comment without its words or its time: a default would publish nonsense."""
    fields = msgspec.json.decode(raw, type=dict[str, Any])
    missing = [name for name in ("id", "body", "created_utc") if name not in fields]
    if missing and fields.get("kind", "comment") == "comment":
        raise msgspec.ValidationError(f"it has no {' and no '.join(missing)}")
    return msgspec.convert(fields, ImportLine, strict=False)
