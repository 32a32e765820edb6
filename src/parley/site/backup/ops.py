"""Taking a backup while Parley runs, and restoring one: it replaces the whole database, or nothing.

At a restore the existing tables are moved to another schema until the backup is restored, verified and migrated, and
the members who were erased since are marked (erased.py). They are moved back if anything fails, or by the next attempt
if this one was killed. Until then nothing else migrates the database.
"""

import zipfile
from asyncio.subprocess import Process
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from parley.own_data.erasure import ledger
from parley.platform import failpoint
from parley.platform.db.migrate import POOLED, migrate
from parley.platform.db.migrated import OLD_SCHEMA, known_migrations
from parley.platform.errors import CommandFailed
from parley.site.backup import database, erased, tools
from parley.site.backup.archive import (
    CHUNK,
    DUMP,
    BackupWriter,
    Manifest,
    OnProgress,
    check,
    chunks,
    reading,
    writing,
)

COUNT_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name in ('parley', 'parley worker')
"""
MOVE_AWAY = f"alter schema public rename to {OLD_SCHEMA}; create schema public"
MOVE_BACK = f"drop schema public cascade; alter schema {OLD_SCHEMA} rename to public"
# Webhooks continue after the event that they took last.
RENUMBER_WEBHOOKS = "update webhook set position = '0-' || split_part(position, '-', 2), leased_until = null"
RENUMBER_HUB = "update hub_position set xid = '0'"


class Restored(msgspec.Struct, frozen=True):
    """The result of a restore: the manifest, the age of the backup at the start, and the duration.

    `erased` is how many members are to be erased again. `erasures` is the list of all erasures that are known, and
    `list_until` when it ends, if only a copy was found.
    """

    manifest: Manifest
    lost: timedelta
    took: timedelta
    erased: int
    erasures: ledger.Ledger
    list_until: str | None


async def create_backup(url: str, path: Path, on_progress: OnProgress, *, secret: str, demo: bool = False) -> Manifest:
    """Write a backup of the database at `url` to `path`, and return its manifest. The list of erasures goes beside it.

    `on_progress` gets the size of each part. Raises ToolFailed if the dump fails. An existing backup stays then.
    """
    with writing(path) as file:
        async with database.snapshot(url) as connection:
            major = connection.get_server_version().major
            # pg_dump uses the same snapshot.
            await _dump(url, await connection.fetchval("select pg_export_snapshot()"), major, file, on_progress)
            failpoint.hit("dumped")
            manifest = Manifest(
                taken_at=await connection.fetchval("select now()"),
                parley=version("parley-forum"),
                postgresql=major,
                migrations=await database.migrations(connection),
                tables=await database.contents(connection),
                bytes=file.bytes,
                sha256=file.sha256,
                secret=secret,
                demo=demo,
            )
        # After the snapshot, so that the list misses nobody who is erased in it.
        file.finish(manifest, "\n".join(ledger.copy_to(path.parent).lines))
    return manifest


async def _dump(url: str, snapshot: str, server: int, file: BackupWriter, on_progress: OnProgress) -> None:
    options = ("--format=custom", f"--exclude-schema={OLD_SCHEMA}", f"--snapshot={snapshot}")
    failed = "The database could not be dumped:"
    async with tools.running("pg_dump", url, server, *options, failed=failed) as process:
        assert process.stdout is not None
        with file.dump() as write:
            while data := await process.stdout.read(CHUNK):
                write(data)
                on_progress(len(data))


async def restore(
    url: str,
    path: Path,
    on_progress: OnProgress,
    *,
    replace: bool = False,
    without_erasures: bool = False,
    migrates: bool = True,
) -> Restored:
    """Restore the backup in `path` to the database at `url`, and verify every table.

    It is migrated to this version, unless the one before is to run on it again.

    `on_progress` is called twice for each part of the dump: when it is checked, and when it is restored. Raises
    CommandFailed if the file is not a complete backup or is of a newer Parley, if Parley runs there, or if the database
    is not empty and `replace` is false; erased.NoList if nothing says who was erased since, unless `without_erasures`;
    ToolFailed if PostgreSQL fails. The database is unchanged then.
    """
    start, now = monotonic(), datetime.now(UTC)
    erasures = erased.find(path)
    with reading(path) as (manifest, archive):
        check(manifest, archive, on_progress)
        if not set(manifest.migrations) <= known_migrations():
            raise CommandFailed(
                f"{path} was written by a newer Parley ({manifest.parley}). Nothing was changed. Restore it with that."
            )
        async with database.connected(url) as connection:
            await _move_away(connection, replace=replace, needs_data=erasures is None and not without_erasures)
            try:
                await _restore_dump(url, connection.get_server_version().major, archive, on_progress)
                failpoint.hit("restored")
                await _verify(connection, manifest)
                if migrates:
                    await _migrate(url)
                failpoint.hit("migrated")
                again = await erased.erase_again(connection, manifest.secret, erasures)
                for renumber in (database.RENUMBER_EVENTS, RENUMBER_WEBHOOKS, RENUMBER_HUB):
                    await connection.execute(renumber)
            except BaseException:
                await connection.execute(MOVE_BACK)
                raise
            await connection.execute(f"drop schema {OLD_SCHEMA} cascade")
            await connection.execute("analyze")
        known = erased.known(archive, erasures)
    took = timedelta(seconds=monotonic() - start)
    return Restored(manifest, now - manifest.taken_at, took, again, known, known.until)


async def _move_away(connection: Any, *, replace: bool, needs_data: bool) -> None:
    """`needs_data`: the database that is replaced is all that says who was erased since the backup."""
    if await connection.fetchval("select current_setting('role')") != "none":
        raise CommandFailed(POOLED)
    if await connection.fetchval(COUNT_OTHERS):
        raise CommandFailed(
            "Parley runs on this database. Stop its web processes and workers first. Nothing was changed."
        )
    if await connection.fetchval("select to_regnamespace($1)", OLD_SCHEMA):
        # The previous attempt was killed.
        await connection.execute(MOVE_BACK)
    is_empty = await _is_empty(connection)
    if is_empty and needs_data:
        raise erased.NoList
    if not replace and not is_empty:
        raise CommandFailed(
            "This database has data, which would be lost. Nothing was changed. "
            "To replace it by the backup, add --replace."
        )
    await connection.execute(MOVE_AWAY)


async def _is_empty(connection: Any) -> bool:
    """Whether there are no tables, or only those of a new installation without members, threads or log entries."""
    names = await database.tables(connection)
    is_ours = {"member", "thread", "mod_action"} <= set(names)
    return not names or (is_ours and not await connection.fetchval(database.HAS_CONTENT))


async def _restore_dump(url: str, server: int, archive: zipfile.ZipFile, on_progress: OnProgress) -> None:
    options = ("--single-transaction", "--no-owner", "--no-privileges", "--no-comments")
    failed = "The backup could not be restored. Nothing was changed."
    async with tools.running("pg_restore", url, server, *options, failed=failed) as process:
        # pg_restore may exit early. Its error output says why.
        with suppress(BrokenPipeError, ConnectionResetError):
            await _feed(process, archive, on_progress)


async def _feed(process: Process, archive: zipfile.ZipFile, on_progress: OnProgress) -> None:
    assert process.stdin is not None
    with archive.open(DUMP) as dump:
        for data in chunks(dump):
            process.stdin.write(data)
            await process.stdin.drain()
            on_progress(len(data))
    process.stdin.close()


async def _migrate(url: str) -> None:
    try:
        await migrate(url, restoring=True)
    except RuntimeError as error:
        raise tools.ToolFailed(f"The backup cannot be used with this version. Nothing was changed. {error}") from None


async def _verify(connection: Any, manifest: Manifest) -> None:
    counts = await database.contents(connection)
    wrong = sorted(name for name in counts.keys() | manifest.tables if counts.get(name) != manifest.tables.get(name))
    if wrong:
        raise tools.ToolFailed(f"These tables differ from the backup: {', '.join(wrong)}. Nothing was changed.")
