"""Taking a backup while everything goes on: the dump and the counts are of one and the same moment."""

import asyncio
from importlib.metadata import version
from pathlib import Path

from parley.backup import contents, tools
from parley.backup.archive import ASIDE, CHUNK, Manifest, Tell, Writing, writing
from parley.core import failpoint

MIGRATIONS = "select name from migration where app_name = 'parley' order by name"


async def take(url: str, path: Path, tell: Tell, *, secret: str, demo: bool = False) -> Manifest:
    """Write a backup of the database at `url` to `path`, and return what is in it. `tell` hears of each part written.

    Raises ToolFailed when PostgreSQL cannot be dumped; a backup that is there already stays then.
    """
    connection = await contents.connect(url)
    try:
        with writing(path) as file:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                taken_at = await connection.fetchval("select now()")
                # What the others see too who are given its name.
                snapshot = await connection.fetchval("select pg_export_snapshot()")
                major = connection.get_server_version().major
                await _dump(url, snapshot, major, file, tell)
                failpoint.hit("dumped")
                manifest = Manifest(
                    taken_at=taken_at,
                    parley=version("parley"),
                    postgresql=major,
                    migrations=[row[0] for row in await connection.fetch(MIGRATIONS)],
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


async def _dump(url: str, snapshot: str, server: int, file: Writing, tell: Tell) -> None:
    where, variables = tools.address(url)
    process = await asyncio.create_subprocess_exec(
        tools.program("pg_dump", server),
        "--format=custom",
        f"--exclude-schema={ASIDE}",
        f"--snapshot={snapshot}",
        where,
        env=variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2 * CHUNK,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    complaint = asyncio.create_task(process.stderr.read())
    async with tools.ended(process):
        with file.dump() as write:
            while data := await process.stdout.read(CHUNK):
                write(data)
                tell(len(data))
        if await process.wait() != 0:
            raise tools.ToolFailed(f"The database could not be dumped: {tools.said(await complaint)}")
