"""A comment of another site, and what all formats share."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec
from lxml import etree

from parley.core.errors import CommandFailed

DELETED, REMOVED = "[deleted]", "[removed]"
# Bytes of control characters, but tab and line ends.
DECLARED = re.compile(rb"""\s*<\?xml[^>]*encoding=["']([\w-]+)""")
BROKEN_OFF, NO_XML = etree.ErrorTypes.ERR_TAG_NOT_FINISHED, etree.ErrorTypes.ERR_DOCUMENT_EMPTY
CONTROLS = bytes({*range(32)} - {9, 10, 13})
Shape = TypeVar("Shape")


class ForeignComment(msgspec.Struct, frozen=True):
    """A comment of the discussion at the address (or with the id) `discussion`. `created_utc` is in seconds.

    `quote` are the words of the article that it is about. `body` is Markdown, or `[deleted]` or `[removed]` where only
    its place in the tree is left. `email` is the address with which it was written, if the site gives it.
    """

    discussion: str
    id: str
    parent_id: str | None
    author: str | None
    created_utc: float
    body: str
    score: int = 0
    stance: str | None = None
    quote: str = ""
    email: str = ""

    @property
    def is_gone(self) -> bool:
        return self.body in (DELETED, REMOVED)


def timestamp(text: str) -> float:
    """Return the time in an ISO 8601 text, which is UTC unless it says otherwise, in seconds; 0 if it is none."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return 0.0
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def elements(file: Path, *names: str) -> Iterator[Any]:
    """Yield the elements with these local names, one at a time, whatever the size of the file.

    Nothing else is read: no document type, no entities, nothing from the network. Raises CommandFailed if it is no XML.
    """
    tags = [f"{{*}}{name}" for name in names]
    try:
        with file.open("rb") as opened:
            yield from _top(_Cleaned(opened), tags, names, file.name)
    except (etree.XMLSyntaxError, OSError) as error:
        raise CommandFailed(f"{file.name} is not an XML file: {error}") from None


class _Cleaned:
    """A file without the control characters that XML forbids, but that old comments contain.

    In a file of UTF-8, other bytes are letters of Windows-1252, as old databases have them.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        declared = DECLARED.match(file.read(200))
        file.seek(0)
        is_utf8 = declared is None or declared[1].lower() in (b"utf-8", b"utf8")
        self._decoder = codecs.getincrementaldecoder("utf-8")("windows-1252") if is_utf8 else None

    def read(self, size: int = -1, /) -> bytes:
        read = self._file.read(size).translate(None, CONTROLS)
        return self._decoder.decode(read, final=not read).encode() if self._decoder else read


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", errors="replace"), error.end


codecs.register_error("windows-1252", _as_windows_1252)


def _top(file: _Cleaned, tags: Sequence[str], names: Sequence[str], called: str) -> Iterator[Any]:
    # Recovers from what sites write though it is no XML, such as `&` and `&nbsp;` in titles.
    parsed = etree.iterparse(file, tag=tags, resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    yield from _children(parsed, names)
    errors = {one.type for one in parsed.error_log}
    if NO_XML in errors:
        raise CommandFailed(f"{called} is not an XML file.")
    if BROKEN_OFF in errors:
        raise CommandFailed(f"{called} ends in the middle. Please export it there again.")


def _children(parsed: Any, names: Sequence[str]) -> Iterator[Any]:
    for _, element in parsed:
        parent = element.getparent()
        if parent is None or etree.QName(parent).localname in names:
            continue
        yield element
        element.clear()
        while element.getprevious() is not None:
            del parent[0]


def text_of(element: Any, name: str) -> str:
    """Return the text of a child by its local name; empty if there is none."""
    found = element.find(f"{{*}}{name}")
    return "" if found is None else "".join(found.itertext()).strip()


def decoded(file: Path, kind: type[Shape]) -> Shape:
    """Return the JSON of a file. Raises CommandFailed if it has another shape."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (msgspec.MsgspecError, RecursionError, OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"{file.name} is not such a file: {error}") from None


def decoded_lines(file: Path, kind: type[Shape]) -> Iterator[Shape]:
    """Yield the JSON of each line. Raises CommandFailed with the first line that has another shape."""
    decoder, number = msgspec.json.Decoder(kind), 0
    try:
        with file.open("rb") as opened:
            for line in opened:
                number += 1
                if line.strip():
                    yield decoder.decode(line)
    except (msgspec.MsgspecError, RecursionError, OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"Line {number} of {file.name} is not such a record: {error}") from None


def without_leaf_tombstones(comments: Iterable[ForeignComment]) -> list[ForeignComment]:
    """Return the comments without those that are gone and have no reply: only others need a place in the tree."""
    kept = {one.id: one for one in comments}
    replies = Counter(one.parent_id for one in kept.values())
    leaves = [one for one in kept.values() if one.is_gone and not replies[one.id]]
    while leaves:
        gone = leaves.pop()
        del kept[gone.id]
        replies[gone.parent_id] -= 1
        above = kept.get(gone.parent_id or "")
        if above is not None and above.is_gone and not replies[above.id]:
            leaves.append(above)
    return list(kept.values())
