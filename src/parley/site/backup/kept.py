"""Backups in the data folder: before upgrades, and every night. The newest of each kind are kept."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from parley.platform.errors import CommandFailed
from parley.site.backup import archive, database, ops
from parley.site.backup.archive import OnProgress

FOLDER = "backups"
# A file in the folder of a backup: the time of its change is when a backup of the folder was last restored.
RESTORED = "last-restore"
NO_ROOM = (
    "A backup may take {needed:,} MB, and {folder} has {free:,} MB free. Nothing was changed. Make room, or set "
    "PARLEY_DATA to a larger disk."
)


def list_backups(data: Path, kind: str) -> list[Path]:
    """Return the backups of one kind in the `data` folder, the newest first."""
    return sorted((data / FOLDER).glob(f"{kind}-*.backup"), reverse=True)


async def back_up(
    url: str, data: Path, kind: str, most: int, on_progress: OnProgress, *, secret: str, demo: bool = False
) -> Path:
    """Write a backup, read it again, and delete all of its kind but the newest `most`.

    Raises CommandFailed if the disk has no room for as many bytes as the database takes.
    """
    async with database.connected(url) as connection:
        size = await connection.fetchval("select pg_database_size(current_database())")
    path = _room(data / FOLDER, size) / f"{kind}-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    await ops.create_backup(url, path, on_progress, secret=secret, demo=demo)
    with archive.reading(path) as (manifest, file):
        archive.check(manifest, file, lambda _size: None)
    for old in list_backups(data, kind)[most:]:
        old.unlink()
    return path


def note_restore(backup: Path) -> None:
    """Note that a backup was restored, for `parley doctor`, unless its folder cannot be written to."""
    with suppress(OSError):
        (backup.absolute().parent / RESTORED).write_text(f"{backup.name}\n", "utf-8")


def last_restore(data: Path) -> datetime | None:
    """When a backup of the `data` folder was last restored."""
    noted = data / FOLDER / RESTORED
    return datetime.fromtimestamp(noted.stat().st_mtime, UTC) if noted.exists() else None


def _room(folder: Path, size: int) -> Path:
    """Return the folder, if it has room for `size` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < size:
        raise CommandFailed(NO_ROOM.format(needed=_megabytes(size), folder=folder, free=_megabytes(free)))
    return folder


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)
