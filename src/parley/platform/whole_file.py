"""Writing a file that is only there when it is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from parley.platform.errors import CommandFailed

PART = ".part"


@contextmanager
def whole_file(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """Write to a temporary file, and rename it to `path` when the block ends and it is on disk.

    Of two processes that write the same file, the one that began last does. Raises CommandFailed in the other.
    """
    part = path.with_name(path.name + PART)
    with suppress(FileNotFoundError):
        part.unlink()
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "w+b") as file:
        try:
            yield file
            _complete(file, part, path)
        except BaseException as error:
            if _is_open(file, part):
                part.unlink()
            if isinstance(error, OSError) and error.filename is None:
                # The error of a full disk has no file name.
                error.filename = str(path)
            raise


def _complete(file: IO[bytes], part: Path, path: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    if not _is_open(file, part):
        raise CommandFailed(f"Another command has begun to write {path}. This one has written nothing.")
    part.replace(path)
    _sync(path.parent)


def _is_open(file: IO[bytes], path: Path) -> bool:
    """Whether the file at `path` is this open one."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    """Flush the folder to disk, since it has the file's new name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
