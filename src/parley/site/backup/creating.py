"""Takes a backup while Parley runs. The dump and the checksums use the same snapshot."""

import asyncio
from importlib.metadata import version
from pathlib import Path

from parley.platform import failpoint
from parley.platform.db.migrated import OLD_SCHEMA
from parley.site.backup import contents, tools
from parley.site.backup.archive import CHUNK, BackupWriter, Manifest, OnProgress, writing

SELECT_MIGRATIONS = "select name from migration where app_name = 'parley' order by name"


async def create_backup(url: str, path: Path, on_progress: OnProgress, *, secret: str, demo: bool = False) -> Manifest:
    """Write a backup of the database at `url` to `path`, and return its manifest.

    `on_progress` gets the size of each part. Raises ToolFailed if the dump fails. An existing backup stays then.
    """
    connection = await contents.connect(url)
    try:
        with writing(path) as file:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                taken_at = await connection.fetchval("select now()")
                # pg_dump uses the same snapshot.
                snapshot = await connection.fetchval("select pg_export_snapshot()")
                major = connection.get_server_version().major
                await _dump(url, snapshot, major, file, on_progress)
                failpoint.hit("dumped")
                manifest = Manifest(
                    taken_at=taken_at,
                    parley=version("parley"),
                    postgresql=major,
                    migrations=[row[0] for row in await connection.fetch(SELECT_MIGRATIONS)],
                    tables=await contents.contents(connection),
                    bytes=file.bytes,
                    sha256=file.sha256,
                    secret=secret,
                    demo=demo,
                )
            file.finish(manifest)
    finally:
        await connection.close()
    return manifest


async def _dump(url: str, snapshot: str, server: int, file: BackupWriter, on_progress: OnProgress) -> None:
    where, variables = tools.address(url)
    process = await asyncio.create_subprocess_exec(
        tools.program("pg_dump", server),
        "--format=custom",
        f"--exclude-schema={OLD_SCHEMA}",
        f"--snapshot={snapshot}",
        where,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2 * CHUNK,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    stderr = asyncio.create_task(process.stderr.read())
    async with tools.kill_at_end(process):
        with file.dump() as write:
            while data := await process.stdout.read(CHUNK):
                write(data)
                on_progress(len(data))
        if await process.wait() != 0:
            raise tools.ToolFailed(f"The database could not be dumped: {tools.one_line(await stderr)}")
