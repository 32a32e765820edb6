"""`parley discussion import`: import a discussion from a JSONL file, or as another site exports it."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click
from rich.progress import Progress

from parley.cli.running import on_installation
from parley.comments.formats import FORMATS
from parley.comments.formats.foreign import without_leaf_tombstones
from parley.comments.importing import ImportLine, import_discussion
from parley.core.errors import CommandFailed

# Discussions that a message names.
MOST_NAMED = 10


@click.group()
def discussion() -> None:
    """Import a discussion from a file."""


@discussion.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--thread", required=True, type=int, help="Number of the thread that gets the comments.")
@click.option("--format", "format_", type=click.Choice(sorted(FORMATS)), help="Format of FILE (default: JSON lines).")
@click.option("--from", "from_", help="Address or id of one discussion, where FILE has several.")
@click.option("--dry-run", is_flag=True, help="Count, and change nothing.")
@on_installation
async def import_(file: Path, thread: int, format_: str | None, from_: str | None, *, dry_run: bool) -> dict[str, Any]:
    """Import FILE into a thread. Importing it again adds nothing.

    Without --format, one JSON object a line: id, parent_id (another line's id, or null), author, created_utc (seconds
    since 1970), body (Markdown; "[deleted]" or "[removed]" leaves a tombstone), score. Lines whose kind is not
    "comment" are skipped.
    """
    lines = read_format(file, format_, from_) if format_ else read(file)
    if dry_run:
        return _counted(lines)
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("Importing", total=len(lines))
        summary = await import_discussion(thread, lines, lambda done: bar.advance(task, done))
    text = f"{summary.added} comments added, {summary.known} were there already."
    return {"text": text, **msgspec.to_builtins(summary)}


def _counted(lines: Sequence[ImportLine]) -> dict[str, Any]:
    known = {line.id for line in lines}
    gone = sum(line.state != "visible" for line in lines)
    roots = sum(line.parent_id not in known for line in lines)
    text = f"{len(lines)} comments, {roots} of them at the top level; {gone} were deleted or removed. Nothing changed."
    return {"text": text, "comments": len(lines), "roots": roots, "gone": gone}


def read_format(file: Path, format_: str, from_: str | None) -> list[ImportLine]:
    """Return the comments of one discussion in a file of another site.

    Raises CommandFailed if the file cannot be read, or has several discussions and `from_` names none of them.
    """
    if not file.is_file():
        raise CommandFailed(f"There is no file {file}.")
    found = list(FORMATS[format_](file))
    counts = Counter(one.discussion for one in found)
    if from_ is None and len(counts) > 1:
        some = ", ".join(f"{name} ({count})" for name, count in counts.most_common(MOST_NAMED))
        raise CommandFailed(f"{file.name} has {len(counts)} discussions. Name one with --from: {some}.")
    if from_ is not None and from_ not in counts:
        raise CommandFailed(f"{file.name} has no discussion {from_}.")
    chosen = found if from_ is None else [one for one in found if one.discussion == from_]
    try:
        fields = [msgspec.structs.asdict(one) for one in without_leaf_tombstones(chosen)]
        return [msgspec.convert(one, ImportLine, strict=False) for one in fields]
    except msgspec.ValidationError as error:
        raise CommandFailed(f"{file.name} has a comment that cannot be imported: {error}.") from None


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
