"""The file of a backup: a zip with PostgreSQL's own dump, and what must be in it, written when all the rest is.

A zip's table of contents comes last, so a file that was cut off anywhere is none.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from parley.backup.contents import Table
from parley.core.errors import Refused

DUMP, MANIFEST = "database.dump", "manifest.json"
CHUNK = 1_048_576
PART = ".part"
# The schema that a restore sets aside what was there in.
ASIDE = "before_restore"
NO_BACKUP = "{} is no backup of Parley, or only a part of one. Nothing was changed."

Tell = Callable[[int], None]


class Manifest(msgspec.Struct, frozen=True):
    """When and of what a backup was taken. `secret` is what the installation signed with (PARLEY_SECRET)."""

    taken_at: datetime
    parley: str
    postgresql: int
    migrations: list[str]
    tables: dict[str, Table]
    bytes: int
    sha256: str
    secret: str
    demo: bool = False

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


class Writing:
    """A backup that is being written: first its dump, then its manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._hash = hashlib.sha256()
        self.bytes = 0

    @contextmanager
    def dump(self) -> Iterator[Callable[[bytes], None]]:
        """What writes the next part of the dump."""
        with self._archive.open(DUMP, "w", force_zip64=True) as file:

            def write(data: bytes) -> None:
                file.write(data)
                self._hash.update(data)
                self.bytes += len(data)

            yield write

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Write a backup beside its place and put it there when it is whole and on the disk, over the one before.

    Only its owner can read it.
    """
    part = path.with_name(path.name + PART)
    with suppress(FileNotFoundError):
        part.unlink()
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            # It is compressed already.
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield Writing(archive)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync(path.parent)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            # A full disk does not say of which file.
            error.filename = str(path)
        raise


@contextmanager
def reading(path: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """Open a backup. Raises Refused for what is none, or only the beginning of one."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise Refused(f"There is no file {path}.") from None
    except zipfile.BadZipFile:
        raise Refused(NO_BACKUP.format(path)) from None
    with archive:
        try:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError):
            raise Refused(NO_BACKUP.format(path)) from None
        yield manifest, archive


def check(manifest: Manifest, archive: zipfile.ZipFile, tell: Tell) -> None:
    """Read the whole dump. Raises Refused where it is not what was written."""
    found = hashlib.sha256()
    with suppress(zipfile.BadZipFile), archive.open(DUMP) as dump:
        for data in chunks(dump):
            found.update(data)
            tell(len(data))
    if found.hexdigest() != manifest.sha256:
        raise Refused(f"{archive.filename} was damaged after it was written. Nothing was changed. Take another one.")


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    while data := file.read(CHUNK):
        yield data


def _sync(folder: Path) -> None:
    """Have the folder itself on the disk: it holds the file's new name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
