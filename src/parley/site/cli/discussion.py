"""`parley discussion import`: import discussions from JSONL files, or as another site exports them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from parley.discussion.other_sites.formats import FORMATS, discourse
from parley.discussion.other_sites.formats.foreign import ForeignComment, without_leaf_tombstones
from parley.discussion.other_sites.loading import ImportLine, import_discussion
from parley.platform.errors import CommandFailed
from parley.site.cli.discussion_files import (
    as_lines,
    left_out,
    names_of,
    of_discussion,
    read,
    read_all,
    shortfalls,
    unread,
)
from parley.site.cli.discussion_threads import (
    FoundThreads,
    count_articles,
    known_threads,
    open_missing,
    plan_threads,
)
from parley.site.cli.running import ID, on_installation, progress


@click.group()
def discussion() -> None:
    """Import discussions from files."""


@discussion.command("import")
@click.argument("files", metavar="FILE...", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--thread",
    type=ID,
    help="Number of the thread that gets the comments. Without it, each discussion gets to the thread of the article"
    " at its address.",
)
@click.option("--format", "format_", type=click.Choice(sorted(FORMATS)), help="Format of FILE (default: JSON lines).")
@click.option("--from", "from_", help="Address or id of one discussion, where FILE has several.")
@click.option(
    "--forum",
    help="Address of the Discourse forum. The first post of each topic is then an article, at the topic's address.",
)
@click.option(
    "--open",
    "topic",
    metavar="TOPIC",
    help="Open a thread in TOPIC for each discussion whose article is not here: of its first post, or of the page at"
    " its address. If that page is gone, a placeholder stands for it.",
)
@click.option("--dry-run", is_flag=True, help="Count, and change nothing.")
@on_installation
async def import_(
    files: tuple[Path, ...],
    thread: int | None,
    format_: str | None,
    from_: str | None,
    forum: str | None,
    topic: str | None,
    *,
    dry_run: bool,
) -> dict[str, Any]:
    """Import each FILE. Importing it again adds only what is new, so a command that was stopped can be run again.

    Without --format, one JSON object a line: id, parent_id (another line's id, or null), author, created_utc (seconds
    since 1970), body (Markdown; "[deleted]" or "[removed]" leaves a tombstone), score. Lines whose kind is not
    "comment" are skipped.
    """
    if format_ is None:
        if thread is None:
            raise CommandFailed("Which thread gets the comments? Add --thread and its number.")
        return await _import_result({thread: [line for file in files for line in read(file)]}, [], dry_run=dry_run)
    with progress("Reading the files"):
        comments = read_all(files, format_)
    if thread is not None:
        selection = of_discussion(comments, from_)
        return await _import_result({thread: as_lines(selection)}, shortfalls(selection), dry_run=dry_run)
    selected = comments if from_ is None else of_discussion(comments, from_)
    return await each_to_its_thread(selected, forum=forum, topic=topic, dry_run=dry_run)


async def each_to_its_thread(
    posts: Sequence[ForeignComment], *, forum: str | None = None, topic: str | None = None, dry_run: bool
) -> dict[str, Any]:
    """Import the discussions whose articles are here, and name the others. With a `topic`, open threads for these."""
    first_posts, comments = discourse.of_forum(posts, forum) if forum else ({}, posts)
    counts = Counter(tombstone.discussion for tombstone in without_leaf_tombstones(comments))
    wanted = [*counts, *(post for post in first_posts if post not in counts)]
    titles = {comment.discussion: comment.title for comment in comments}
    threads = await _threads(wanted, first_posts, topic, titles, dry_run=dry_run)
    by_thread: dict[int, list[ForeignComment]] = {}
    for comment in comments:
        if comment.discussion in threads.threads:
            by_thread.setdefault(threads.threads[comment.discussion], []).append(comment)
    without = Counter({discussion: counts[discussion] for discussion in wanted if discussion not in threads.threads})
    notes = shortfalls([comment for comment in comments if comment.discussion in threads.threads])
    notes += _missing(without, threads.failures, would_open=topic is not None and dry_run)
    lines = {thread: as_lines(some) for thread, some in by_thread.items()}
    if threads.placeholders:
        notes.insert(0, unread(threads.placeholders))
    done = await _import_result(lines, notes, opened=threads.opened, dry_run=dry_run)
    missing = {"without_thread": [discussion for discussion, _ in without.most_common()], "failures": threads.failures}
    return {**done, "opened": threads.opened, "placeholders": threads.placeholders, **missing}


async def _threads(
    wanted: Sequence[str],
    first_posts: Mapping[str, ForeignComment],
    topic: str | None,
    titles: Mapping[str, str],
    *,
    dry_run: bool,
) -> FoundThreads:
    if topic is None:
        return FoundThreads(await known_threads(wanted))
    return await (plan_threads(wanted, first_posts) if dry_run else open_missing(wanted, first_posts, topic, titles))


def _missing(without: Counter[str], failures: Mapping[str, str], *, would_open: bool) -> list[str]:
    opening = Counter(
        {discussion: count for discussion, count in without.items() if would_open and discussion not in failures}
    )
    others = Counter({discussion: count for discussion, count in without.items() if discussion not in opening})
    sentences = [left_out(others, failures)] if others else []
    if opening:
        articles = count_articles(opening)
        opened = "1 thread" if articles == 1 else f"{articles} threads"
        sentences.insert(0, f"{opened} would be opened, with {opening.total()} comments: {names_of(opening)}.")
    return sentences


async def _import_result(
    threads: Mapping[int, Sequence[ImportLine]], notes: list[str], *, opened: int = 0, dry_run: bool
) -> dict[str, Any]:
    where = f" in {len(threads)} threads" if len(threads) > 1 else ""
    if dry_run:
        done = _count_lines([line for lines in threads.values() for line in lines])
        counted = f"{done['comments']} comments{where}, {done['roots']} of them at the top level"
        text = f"{counted}; {done['gone']} were deleted or removed. Nothing changed."
    else:
        done = await _add_all(threads)
        text = f"{done['added']} comments added{where}, {done['known']} were there already."
    if opened:
        notes = ["1 thread was opened." if opened == 1 else f"{opened} threads were opened.", *notes]
    nothing = "Nothing changed." if dry_run else "Nothing was imported."
    return {"text": "\n".join([text if threads else nothing, *notes]), **done}


async def _add_all(threads: Mapping[int, Sequence[ImportLine]]) -> dict[str, int]:
    done = {"added": 0, "known": 0, "skipped": 0}
    with progress("Importing", sum(map(len, threads.values()))) as step:
        for thread, lines in threads.items():
            summary = await import_discussion(thread, lines, lambda count: step(advance=count))
            done = {name: count + getattr(summary, name) for name, count in done.items()}
    return done


def _count_lines(lines: Sequence[ImportLine]) -> dict[str, int]:
    known = {line.id for line in lines}
    return {
        "comments": len(lines),
        "roots": sum(line.parent_id not in known for line in lines),
        "gone": sum(line.state != "visible" for line in lines),
    }
