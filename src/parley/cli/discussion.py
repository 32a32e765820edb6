"""`parley discussion import`: import discussions from JSONL files, or as another site exports them."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click
from rich.progress import Progress

from parley.cli.discussion_files import as_lines, chosen, named, read, read_all, shortfalls
from parley.cli.running import on_installation
from parley.comments.formats import FORMATS
from parley.comments.formats.foreign import ForeignComment
from parley.comments.importing import ImportLine, import_discussion
from parley.core.errors import CommandFailed
from parley.embed.queries import threads_at


@click.group()
def discussion() -> None:
    """Import discussions from files."""


@discussion.command("import")
@click.argument("files", metavar="FILE...", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--thread",
    type=int,
    help="Number of the thread that gets the comments. Without it, each discussion gets to the thread of the article"
    " at its address.",
)
@click.option("--format", "format_", type=click.Choice(sorted(FORMATS)), help="Format of FILE (default: JSON lines).")
@click.option("--from", "from_", help="Address or id of one discussion, where FILE has several.")
@click.option("--dry-run", is_flag=True, help="Count, and change nothing.")
@on_installation
async def import_(
    files: tuple[Path, ...], thread: int | None, format_: str | None, from_: str | None, *, dry_run: bool
) -> dict[str, Any]:
    """Import each FILE. Importing it again adds nothing.

    Without --format, one JSON object a line: id, parent_id (another line's id, or null), author, created_utc (seconds
    since 1970), body (Markdown; "[deleted]" or "[removed]" leaves a tombstone), score. Lines whose kind is not
    "comment" are skipped.
    """
    if format_ is None:
        if thread is None:
            raise CommandFailed("Which thread gets the comments? Add --thread and its number.")
        return await _imported({thread: [line for file in files for line in read(file)]}, [], dry_run=dry_run)
    found = read_all(files, format_)
    if thread is not None:
        one = chosen(found, from_)
        return await _imported({thread: as_lines(one)}, shortfalls(one), dry_run=dry_run)
    return await each_to_its_thread(found if from_ is None else chosen(found, from_), dry_run=dry_run)


async def each_to_its_thread(found: Sequence[ForeignComment], *, dry_run: bool) -> dict[str, Any]:
    """Import the discussions whose articles are here, and name the others."""
    known = {address: one.id for address, one in (await threads_at(list({one.discussion for one in found}))).items()}
    by_thread: dict[int, list[ForeignComment]] = {}
    for one in found:
        if one.discussion in known:
            by_thread.setdefault(known[one.discussion], []).append(one)
    without = Counter(one.discussion for one in found if one.discussion not in known)
    notes = shortfalls([one for one in found if one.discussion in known])
    if without:
        left_out = "1 discussion was" if len(without) == 1 else f"{len(without)} discussions were"
        notes.append(
            f"{left_out} left out, because no article here has that address. Add the articles with `parley article"
            f" add`, and import again: {named(without)}."
        )
    lines = {thread: as_lines(comments) for thread, comments in by_thread.items()}
    return {
        **await _imported(lines, notes, dry_run=dry_run),
        "without_thread": [one for one, _ in without.most_common()],
    }


async def _imported(threads: Mapping[int, Sequence[ImportLine]], notes: list[str], *, dry_run: bool) -> dict[str, Any]:
    where = f" in {len(threads)} threads" if len(threads) > 1 else ""
    if dry_run:
        done = _counted([line for lines in threads.values() for line in lines])
        counted = f"{done['comments']} comments{where}, {done['roots']} of them at the top level"
        text = f"{counted}; {done['gone']} were deleted or removed. Nothing changed."
    else:
        done = await _added(threads)
        text = f"{done['added']} comments added{where}, {done['known']} were there already."
    return {"text": "\n".join([text if threads else "Nothing was imported.", *notes]), **done}


async def _added(threads: Mapping[int, Sequence[ImportLine]]) -> dict[str, int]:
    done = {"added": 0, "known": 0, "skipped": 0}
    with Progress(disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task("Importing", total=sum(map(len, threads.values())))
        for thread, lines in threads.items():
            summary = await import_discussion(thread, lines, lambda count: bar.advance(task, count))
            done = {name: count + getattr(summary, name) for name, count in done.items()}
    return done


def _counted(lines: Sequence[ImportLine]) -> dict[str, int]:
    known = {line.id for line in lines}
    return {
        "comments": len(lines),
        "roots": sum(line.parent_id not in known for line in lines),
        "gone": sum(line.state != "visible" for line in lines),
    }
