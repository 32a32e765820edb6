"""Upgrading a database: what this version adds to it, a verified backup before, and the way back to that."""

from pathlib import Path
from typing import Any

import msgspec

from parley.moderation.modlog import ops as modlog
from parley.platform.db import close_pool, open_pool
from parley.platform.db.migrate import UNRELEASED, migrate
from parley.platform.db.migrated import known_migrations
from parley.platform.errors import CommandFailed
from parley.site.backup import database, kept, ops
from parley.site.backup.archive import Manifest, OnProgress

KIND = "before-upgrade"
# Of the backups that are made before upgrades.
KEPT = 3
NEWER = (
    "This database was written by a newer Parley. Nothing was changed. Install that version again, or go back with "
    "`parley upgrade --undo`."
)


class Upgraded(msgspec.Struct, frozen=True):
    """The migrations that were applied, and the backup from before them, if one was made."""

    migrations: list[str]
    backup: Path | None


async def upgrade(
    url: str, data: Path, secret: str, on_progress: OnProgress, *, demo: bool = False, backs_up: bool = True
) -> Upgraded:
    """Apply what the database lacks, after a verified backup in the `data` folder if there is something to lose.

    Raises CommandFailed, before anything is changed, for a database of a newer Parley or from before the first release
    and where the disk has no room for the backup; and if a migration fails, which leaves those before it applied.
    """
    async with database.connected(url) as connection:
        missing = await _missing(connection)
        holds = bool(missing) and await _holds_something(connection)
    made = None
    if holds and backs_up:
        made = await kept.back_up(url, data, KIND, KEPT, on_progress, secret=secret, demo=demo)
    try:
        await migrate(url)
    except RuntimeError as error:
        raise CommandFailed(str(error)) from None
    return Upgraded(missing, made)


async def check(url: str) -> None:
    """Check the moderation record after an upgrade. Raises CommandFailed if it is not whole."""
    await open_pool(url, size=1)
    try:
        chain = await modlog.verify()
    finally:
        await close_pool()
    if chain.broken is not None:
        raise CommandFailed(f"The database is migrated, but entry {chain.broken:,} of the moderation record is broken.")


async def undo(url: str, data: Path, on_progress: OnProgress) -> tuple[Path, Manifest]:
    """Put the newest backup from before an upgrade back as it was. Raises CommandFailed as `ops.restore` does."""
    backups = kept.list_backups(data, KIND)
    if not backups:
        raise CommandFailed(f"There is no backup from before an upgrade in {data / kept.FOLDER}. Nothing was changed.")
    done = await ops.restore(url, backups[0], on_progress, replace=True, migrates=False)
    return backups[0], done.manifest


async def _missing(connection: Any) -> list[str]:
    """Return the migrations that the database lacks. Raises CommandFailed if it is none that can be upgraded."""
    has_any = await connection.fetchval("select to_regclass('migration') is not null")
    applied = set(await database.migrations(connection)) if has_any else set()
    if applied and min(known_migrations()) not in applied:
        raise CommandFailed(UNRELEASED)
    if applied - known_migrations():
        raise CommandFailed(NEWER)
    return sorted(known_migrations() - applied)


async def _holds_something(connection: Any) -> bool:
    names = await database.tables(connection)
    return "member" in names and bool(await connection.fetchval(database.HAS_CONTENT))
