"""The way back: what a backup holds takes the place of what is there, all of it or nothing.

What was there is set aside as a schema of another name until the new is in and proven, and put back when anything goes
wrong, also by the next attempt where this one was killed.
"""

import asyncio
import zipfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from parley.backup import contents, tools
from parley.backup.archive import ASIDE, DUMP, Manifest, Tell, check, chunks, reading
from parley.core import failpoint
from parley.core.db.migrate import POOLED, migrate
from parley.core.db.migrated import known
from parley.core.errors import Refused

OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and application_name = 'parley'
"""
SET_ASIDE = f"alter schema public rename to {ASIDE}; create schema public"
PUT_BACK = f"drop schema public cascade; alter schema {ASIDE} rename to public"


class Restored(msgspec.Struct, frozen=True):
    """What was brought back, how old it was when that began, and how long it took."""

    manifest: Manifest
    lost: timedelta
    took: timedelta


async def restore(url: str, path: Path, tell: Tell, *, replace: bool = False) -> Restored:
    """Bring the backup in `path` into the database at `url`, and prove that every table is as it was.

    `tell` hears of each part of the dump twice: when it was checked, and when it is in. Raises Refused when the file is
    not a whole backup or of a newer Parley, when Parley runs there, or when the database is not empty unless `replace`
    is given; ToolFailed when PostgreSQL refuses. What was there is there then.
    """
    begun, now = monotonic(), datetime.now(UTC)
    with reading(path) as (manifest, archive):
        check(manifest, archive, tell)
        if not set(manifest.migrations) <= known():
            raise Refused(
                f"{path} is of a newer Parley ({manifest.parley}). Restore it with that. Nothing was changed."
            )
        connection = await contents.connect(url)
        try:
            await _make_room(connection, replace=replace)
            try:
                await _bring_in(url, connection.get_server_version().major, archive, tell)
                failpoint.hit("brought in")
                await _prove(connection, manifest)
            except BaseException:
                await connection.execute(PUT_BACK)
                raise
            await connection.execute(f"drop schema {ASIDE} cascade")
            await _bring_up_to_date(url)
            await connection.execute("analyze")
        finally:
            await connection.close()
    return Restored(manifest, now - manifest.taken_at, timedelta(seconds=monotonic() - begun))


async def _make_room(connection: Any, *, replace: bool) -> None:
    if await connection.fetchval("select current_setting('role')") != "none":
        raise Refused(POOLED)
    if await connection.fetchval(OTHERS):
        raise Refused("Parley runs on this database. Stop its web processes and workers first. Nothing was changed.")
    if await connection.fetchval("select to_regnamespace($1)", ASIDE):
        # The last attempt was killed.
        await connection.execute(PUT_BACK)
    if not replace and not await _is_empty(connection):
        raise Refused(
            "There is something in this database, and it would be lost. Nothing was changed. "
            "To have the backup in its place, say --replace."
        )
    await connection.execute(SET_ASIDE)


async def _is_empty(connection: Any) -> bool:
    """Whether there are no tables, or those of a new Parley in which nobody did anything yet."""
    found = await contents.tables(connection)
    if not found:
        return True
    ours = {"member", "thread", "mod_action"}
    return ours <= set(found) and not any(
        [await connection.fetchval(f"select exists (select from {table})") for table in sorted(ours)]  # noqa: S608 ours
    )


async def _bring_in(url: str, server: int, archive: zipfile.ZipFile, tell: Tell) -> None:
    where, variables = tools.address(url)
    options = ["--single-transaction", "--no-owner", "--no-privileges", "--no-comments", f"--dbname={where}"]
    process = await asyncio.create_subprocess_exec(
        tools.program("pg_restore", server),
        *options,
        env=variables,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    complaint = asyncio.create_task(process.stderr.read())
    async with tools.ended(process):
        # It may give up before it has all, and says why.
        with suppress(BrokenPipeError, ConnectionResetError):
            await _feed(process, archive, tell)
        if await process.wait() != 0:
            said = tools.said(await complaint)
            raise tools.ToolFailed(f"The backup could not be brought in; nothing was changed. {said}")


async def _feed(process: asyncio.subprocess.Process, archive: zipfile.ZipFile, tell: Tell) -> None:
    assert process.stdin is not None
    with archive.open(DUMP) as dump:
        for data in chunks(dump):
            process.stdin.write(data)
            await process.stdin.drain()
            tell(len(data))
    process.stdin.close()


async def _bring_up_to_date(url: str) -> None:
    try:
        await migrate(url)
    except RuntimeError as error:
        raise tools.ToolFailed(f"All is back as it was, but not brought up to date. {error}") from None


async def _prove(connection: Any, manifest: Manifest) -> None:
    found = await contents.contents(connection)
    wrong = sorted(name for name in found.keys() | manifest.tables if found.get(name) != manifest.tables.get(name))
    if wrong:
        raise tools.ToolFailed(f"These tables did not come back as they were: {', '.join(wrong)}. Nothing was changed.")
