"""Reading the files of other sites: JSON and XML as they are in the wild, compressed or not."""

import codecs
import gzip
import sys
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from parley.platform.errors import CommandFailed

PACKED = b"\x1f\x8b"
# What a file that was saved on Windows may begin with.
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
UNREADABLE = (OSError, EOFError, zlib.error)
# The parser calls itself twice for each reply that stands in the one it answers: 10,000 of these can be read.
DEEPEST = 20_000
STACK_BYTES = 64 * 2**20
Shape = TypeVar("Shape")


@contextmanager
def opened(file: Path) -> Iterator[BinaryIO]:
    """Open a file. One that is compressed with gzip, as Disqus sends it, is unpacked while it is read."""
    with file.open("rb") as raw:
        is_packed = raw.read(2) == PACKED
        raw.seek(0)
        yield gzip.GzipFile(fileobj=raw) if is_packed else raw  # type: ignore[misc]  # it has all that is read


def text(file: Path) -> bytes:
    """Return the text of a file as UTF-8, without the mark that says so."""
    with opened(file) as read:
        data = read.read()
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), None)
    return data.decode(encoding).encode() if encoding else data


def decode_file(file: Path, kind: type[Shape]) -> Shape:
    """Return the JSON of a file. Raises CommandFailed if it has another shape."""
    try:
        return _decode_nested(text(file), kind)
    except RecursionError:
        raise CommandFailed(
            f"{file.name} nests its replies too deep to be read. Write them as JSON lines, and import those without"
            " --format (parley discussion import --help)."
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, *UNREADABLE) as error:
        raise CommandFailed(f"{file.name} is not such a file: {error}") from None


def _decode_nested(content: bytes, kind: type[Shape]) -> Shape:
    """Decode JSON that may nest its replies in each other, in a thread with a stack that is large enough for that."""
    deepest, stack = sys.getrecursionlimit(), threading.stack_size(STACK_BYTES)
    try:
        sys.setrecursionlimit(DEEPEST)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(msgspec.json.decode, content, type=kind).result()
    finally:
        sys.setrecursionlimit(deepest)
        threading.stack_size(stack)


def decoded_lines(file: Path, kind: type[Shape]) -> Iterator[Shape]:
    """Yield the JSON of each line. Raises CommandFailed with the first line that has another shape."""
    decoder, number = msgspec.json.Decoder(kind), 0
    try:
        with opened(file) as lines:
            for line in lines:
                number += 1
                if line.strip():
                    yield decoder.decode(line.removeprefix(codecs.BOM_UTF8))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, *UNREADABLE) as error:
        raise CommandFailed(f"Line {number} of {file.name} is not such a record: {error}") from None
