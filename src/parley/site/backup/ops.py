"""Taking a backup while Parley runs, and restoring one: it replaces the whole database, or nothing.

At a restore the existing tables are moved to another schema until the backup is restored, verified and migrated, and
the members who were erased since are marked. They are moved back if anything fails, or by the next attempt if this one
was killed. Until then nothing else migrates the database.
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
from parley.platform.settings import settings
from parley.site.backup import database, tools
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
where datname = current_database() and pid <> pg_backend_pid() and application_name = 'parley'
"""
MOVE_AWAY = f"alter schema public rename to {OLD_SCHEMA}; create schema public"
ERASE_AGAIN = """
update member set state = case when state = 'suspended' then state else 'deactivated' end,
  erase_at = now(), erase_words = $2
where id = $1 and state in ('active', 'silenced', 'suspended', 'deactivated')
"""
MOVE_BACK = f"drop schema public cascade; alter schema {OLD_SCHEMA} rename to public"
# Webhooks continue after the event that they took last.
RENUMBER_WEBHOOKS = "update webhook set position = '0-' || split_part(position, '-', 2), leased_until = null"
RENUMBER_HUB = "update hub_position set xid = '0'"


class Restored(msgspec.Struct, frozen=True):
    """The result of a restore: the manifest, the age of the backup at the start, and the duration."""

    manifest: Manifest
    lost: timedelta
    took: timedelta


async def create_backup(url: str, path: Path, on_progress: OnProgress, *, secret: str, demo: bool = False) -> Manifest:
    """Write a backup of the database at `url` to `path`, and return its manifest.

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
                parley=version("parley"),
                postgresql=major,
                migrations=await database.migrations(connection),
                tables=await database.contents(connection),
                bytes=file.bytes,
                sha256=file.sha256,
                secret=secret,
                demo=demo,
            )
        file.finish(manifest)
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


async def restore(url: str, path: Path, on_progress: OnProgress, *, replace: bool = False) -> Restored:
    """Restore the backup in `path` to the database at `url`, and verify every table.

    `on_progress` is called twice for each part of the dump: when it is checked, and when it is restored. Raises
    CommandFailed if the file is not a complete backup or is of a newer Parley, if Parley runs there, or if the database
    is not empty and `replace` is false; ToolFailed if PostgreSQL fails. The database is unchanged then.
    """
    start, now = monotonic(), datetime.now(UTC)
    with reading(path) as (manifest, archive):
        check(manifest, archive, on_progress)
        if not set(manifest.migrations) <= known_migrations():
            raise CommandFailed(
                f"{path} was written by a newer Parley ({manifest.parley}). Nothing was changed. Restore it with that."
            )
        async with database.connected(url) as connection:
            await _move_away(connection, replace=replace)
            try:
                await _restore_dump(url, connection.get_server_version().major, archive, on_progress)
                failpoint.hit("restored")
                await _verify(connection, manifest)
                await _migrate(url)
                failpoint.hit("migrated")
                await _erase_again(connection, manifest)
                for renumber in (database.RENUMBER_EVENTS, RENUMBER_WEBHOOKS, RENUMBER_HUB):
                    await connection.execute(renumber)
            except BaseException:
                await connection.execute(MOVE_BACK)
                raise
            await connection.execute(f"drop schema {OLD_SCHEMA} cascade")
            await connection.execute("analyze")
    return Restored(manifest, now - manifest.taken_at, timedelta(seconds=monotonic() - start))


async def _move_away(connection: Any, *, replace: bool) -> None:
    if await connection.fetchval("select current_setting('role')") != "none":
        raise CommandFailed(POOLED)
    if await connection.fetchval(COUNT_OTHERS):
        raise CommandFailed(
            "Parley runs on this database. Stop its web processes and workers first. Nothing was changed."
        )
    if await connection.fetchval("select to_regnamespace($1)", OLD_SCHEMA):
        # The previous attempt was killed.
        await connection.execute(MOVE_BACK)
    if not replace and not await _is_empty(connection):
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


async def _erase_again(connection: Any, manifest: Manifest) -> None:
    """Have the worker erase the members who were erased since the backup was taken.

    Since then the secret may have been replaced.
    """
    own = settings().secrets
    secrets = own if manifest.secret in own else (manifest.secret or "",)
    for erased in ledger.read(settings().data):
        name_key = await connection.fetchval("select name_key from member where id = $1", erased.member)
        if name_key is not None and erased.digest in [ledger.digest(secret, name_key) for secret in secrets]:
            await connection.execute(ERASE_AGAIN, erased.member, erased.words)


async def _verify(connection: Any, manifest: Manifest) -> None:
    counts = await database.contents(connection)
    wrong = sorted(name for name in counts.keys() | manifest.tables if counts.get(name) != manifest.tables.get(name))
    if wrong:
        raise tools.ToolFailed(f"These tables differ from the backup: {', '.join(wrong)}. Nothing was changed.")
