"""A backup file: a zip with PostgreSQL's dump, the list of erasures and a manifest, which is written last.

The directory of a zip is at its end, so a truncated file is not a valid zip.
"""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from parley.platform.errors import CommandFailed
from parley.platform.whole_file import whole_file
from parley.site.backup.database import Table

DUMP, ERASURES, MANIFEST = "database.dump", "erasures.txt", "manifest.json"
CHUNK = 1_048_576
NO_BACKUP = "{} is not a backup of Parley, or is incomplete. Nothing was changed."

OnProgress = Callable[[int], None]


class Manifest(msgspec.Struct, frozen=True):
    """When and from what a backup was taken. `secret` is the installation's PARLEY_SECRET."""

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


class BackupWriter:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._hash = hashlib.sha256()
        self.bytes = 0

    @contextmanager
    def dump(self) -> Iterator[Callable[[bytes], None]]:
        """Yield a function that writes the next part of the dump."""
        with self._archive.open(DUMP, "w", force_zip64=True) as file:

            def write(data: bytes) -> None:
                file.write(data)
                self._hash.update(data)
                self.bytes += len(data)

            yield write

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def finish(self, manifest: Manifest, erasures: str) -> None:
        self._archive.writestr(ERASURES, erasures)
        self._archive.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


@contextmanager
def writing(path: Path) -> Iterator[BackupWriter]:
    """Write a backup, which only its owner can read and which is only there when it is complete."""
    # The dump is compressed already.
    with whole_file(path, 0o600) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        yield BackupWriter(archive)


@contextmanager
def reading(path: Path) -> Iterator[tuple[Manifest, zipfile.ZipFile]]:
    """Open a backup. Raises CommandFailed if the file is not a complete backup."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise CommandFailed(f"There is no file {path}.") from None
    except zipfile.BadZipFile:
        raise CommandFailed(NO_BACKUP.format(path)) from None
    with archive:
        try:
            manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
        except (zipfile.BadZipFile, KeyError, msgspec.MsgspecError):
            raise CommandFailed(NO_BACKUP.format(path)) from None
        yield manifest, archive


def check(manifest: Manifest, archive: zipfile.ZipFile, on_progress: OnProgress) -> None:
    """Read the whole dump. Raises CommandFailed if it was changed since it was written."""
    digest = hashlib.sha256()
    with suppress(zipfile.BadZipFile), archive.open(DUMP) as dump:
        for data in chunks(dump):
            digest.update(data)
            on_progress(len(data))
    if digest.hexdigest() != manifest.sha256:
        raise CommandFailed(
            f"{archive.filename} was damaged after it was written. Nothing was changed. Use another backup."
        )


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    while data := file.read(CHUNK):
        yield data
