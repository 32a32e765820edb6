"""Reading the files of `parley discussion import`."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from parley.discussion.other_sites.formats import FORMATS
from parley.discussion.other_sites.formats.files import text
from parley.discussion.other_sites.formats.foreign import ForeignComment, without_leaf_tombstones
from parley.discussion.other_sites.loading import ImportLine
from parley.platform.errors import CommandFailed
from parley.site.cli.running import existing

# Discussions that a message names.
MOST_NAMED = 10


def read_all(files: Iterable[Path], format_: str) -> list[ForeignComment]:
    """Return the comments of all discussions in files of another site. Raises CommandFailed if there are none."""
    comments: list[ForeignComment] = []
    for file in files:
        of_file = list(FORMATS[format_](existing(file)))
        if not of_file:
            raise CommandFailed(
                f"{file.name} has no comments in the format {format_}. Nothing was imported. Is it the right file, and"
                " the right --format?"
            )
        comments += of_file
    return comments


def of_discussion(comments: Sequence[ForeignComment], from_: str | None) -> list[ForeignComment]:
    """Return the comments of one discussion. Raises CommandFailed if there are several, and `from_` names none."""
    counts = Counter(comment.discussion for comment in comments)
    if from_ is None and len(counts) > 1:
        raise CommandFailed(f"There are {len(counts)} discussions. Name one with --from: {names_of(counts)}.")
    if from_ is not None and from_ not in counts:
        raise CommandFailed(f"There is no discussion {from_}. There are {len(counts)}: {names_of(counts)}.")
    return [comment for comment in comments if from_ in (None, comment.discussion)]


def names_of(counts: Counter[str]) -> str:
    some = [f"{name} ({count})" for name, count in counts.most_common(MOST_NAMED)]
    return ", ".join([*some, *(["…"] if len(counts) > MOST_NAMED else [])])


def left_out(without: Counter[str], failures: Mapping[str, str]) -> str:
    """Return a sentence about the discussions that no thread got, with why their articles could not be added."""
    those = "1 discussion was" if len(without) == 1 else f"{len(without)} discussions were"
    if not failures:
        return (
            f"{those} left out, because no article here has that address. Add the articles with `parley article add`,"
            f" or all of them with --open TOPIC, and import again: {names_of(without)}."
        )
    reasons = [f"{discussion}: {reason}" for discussion, reason in list(failures.items())[:MOST_NAMED]]
    more = ["… (--json names all.)"] if len(failures) > MOST_NAMED else []
    advice = f"{those} left out, because their articles could not be added:"
    return "\n".join(
        [advice, *reasons, *more, "Add their texts with `parley article add FILE --url ADDRESS`, and import again."]
    )


def unread(placeholders: int) -> str:
    """Return a sentence about threads whose article could not be read."""
    those = "1 of them has" if placeholders == 1 else f"{placeholders} of them have"
    return (
        f"{those} a placeholder, because the page of the article could not be read. `parley article add ADDRESS`, or"
        " FILE --url ADDRESS, puts the article in its place."
    )


def as_lines(comments: Iterable[ForeignComment]) -> list[ImportLine]:
    """Raises CommandFailed for a comment that has no place in the database."""
    try:
        fields = [msgspec.structs.asdict(tombstone) for tombstone in without_leaf_tombstones(comments)]
        return [msgspec.convert(field, ImportLine, strict=False) for field in fields]
    except msgspec.ValidationError as error:
        raise CommandFailed(f"A comment cannot be imported: {error}. Nothing was imported.") from None


def shortfalls(comments: Sequence[ForeignComment]) -> list[str]:
    """Return a sentence for each discussion of which its site has more comments than were found."""
    counts = Counter(comment.discussion for comment in comments)
    totals = {comment.discussion: comment.total for comment in comments}
    return [
        f"The discussion {name} has {totals[name]} comments there, and {count} were found. Get the others too."
        for name, count in counts.items()
        if totals[name] > count
    ]


def read(file: Path) -> list[ImportLine]:
    """Return the lines of a discussion file. Raises CommandFailed with the first line that cannot be read."""
    lines: list[ImportLine] = []
    for number, raw in enumerate(text(existing(file)).splitlines(), start=1):
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
