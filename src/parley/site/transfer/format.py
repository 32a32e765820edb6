"""The form of the file: JSON lines. The first says what follows; every other line is a row of a table.

Rows are written and read by PostgreSQL itself, as its functions for JSON do, and bytes are base64.
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated

import msgspec
from msgspec import Meta

from parley.platform.errors import CommandFailed
from parley.platform.whole_file import whole_file

KIND = "parley"
VERSION = 1
PACKED = ".gz"
# More than the largest picture or article. A few kilobytes can unpack to a line of gigabytes.
LONGEST_LINE = 64_000_000  # bytes


class Header(msgspec.Struct, frozen=True):
    """What a file has: the rows of each table, and their columns, in the order of the lines."""

    version: Annotated[int, Meta(extra_json_schema={"const": VERSION})]
    site: Annotated[str, Meta(description="The address of the site.")]
    private: bool
    taken_at: Annotated[datetime, Meta(tz=True)]
    migrations: list[str]
    columns: Annotated[dict[str, list[str]], Meta(description="The columns of each table, in the order of the lines.")]
    rows: Annotated[dict[str, int], Meta(description="The number of lines of each table.")]


class ExportLine(msgspec.Struct, frozen=True):
    """A line: the header, or a row of the table `kind`."""

    kind: str
    row: msgspec.Raw


def header_line(header: Header) -> bytes:
    return msgspec.json.encode({"kind": KIND, "row": header}) + b"\n"


def row_line(table: str, row: str) -> bytes:
    return b'{"kind":"%s","row":%s}\n' % (table.encode(), row.encode())


@contextmanager
def writing(path: Path, *, private: bool) -> Iterator[IO[bytes]]:
    """Write a file that is only there when it is complete, compressed if its name ends with .gz.

    Only its owner can read a private one.
    """
    with whole_file(path, 0o600 if private else 0o644) as file:
        if path.suffix == PACKED:
            with gzip.open(file, "wb", compresslevel=6) as packed:
                yield packed  # type: ignore[misc]  # it has all that is needed of a file
        else:
            yield file


class LineReader:
    """Reads the lines of a file, one at a time. Raises CommandFailed if it is not an export."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._name = path.name
        self._file = file
        self._number = 0
        self.header = self._header()

    def lines(self) -> Iterator[ExportLine]:
        while (line := self._next()) is not None:
            yield line

    def _header(self) -> Header:
        first = self._next()
        if first is None or first.kind != KIND:
            raise CommandFailed(f"{self._name} is not an export of a Parley site.")
        try:
            header = msgspec.json.decode(first.row, type=Header)
        except msgspec.MsgspecError as error:
            raise CommandFailed(f"The first line of {self._name} cannot be read: {error}.") from None
        if header.columns.keys() != header.rows.keys():
            raise CommandFailed(f"The first line of {self._name} lists different tables under `columns` and `rows`.")
        if header.version != VERSION:
            raise CommandFailed(
                f"{self._name} has format version {header.version}; this version of Parley reads {VERSION}."
            )
        return header

    def _next(self) -> ExportLine | None:
        self._number += 1
        try:
            raw = self._file.readline(LONGEST_LINE + 1)
            if len(raw) > LONGEST_LINE:
                raise CommandFailed(f"Line {self._number} of {self._name} is too long.")
            return msgspec.json.decode(raw, type=ExportLine) if raw else None
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
            raise CommandFailed(f"Line {self._number} of {self._name} cannot be read: {error}.") from None


@contextmanager
def reading(path: Path) -> Iterator[LineReader]:
    if not path.is_file():
        raise CommandFailed(f"There is no file {path}.")
    with path.open("rb") as file:
        yield LineReader(path, gzip.GzipFile(fileobj=file) if path.suffix == PACKED else file)  # type: ignore[arg-type]  # as above
