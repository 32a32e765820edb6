"""A database of each released schema, with a row in every table, becomes one of the newest and loses nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from parley.platform.db.migrated import known_migrations
from parley.site.backup import tools
from tests import command
from tests.conftest import on_server
from tests.platform.upgrade.keep import COMMENTS, DUMP, dump, tables_of
from tests.shape import shape

pytestmark = pytest.mark.anyio

LARGEST_BYTES = 5_000_000
DUMPS = sorted(DUMP.parent.glob("*.dump"))


@asynccontextmanager
async def restored(database: str, file: Path) -> AsyncIterator[str]:
    """A dump in a database of its own, beside `database`."""
    name = f"{urlsplit(database).path.strip('/')}_{file.stem.replace('.', '_')}"
    await on_server(database, f"create database {name}")
    url = urlunsplit(urlsplit(database)._replace(path=f"/{name}"))
    where, variables = tools.address(url)
    command = [tools.program("pg_restore", 18), "--no-owner", "--exit-on-error", f"--dbname={where}", str(file)]
    done = await asyncio.create_subprocess_exec(*command, env=variables)
    assert await done.wait() == 0
    yield url
    await on_server(database, f"drop database {name}")


async def rows(url: str) -> dict[str, int]:
    """The number of rows of each table, without the table of migrations."""
    connection = await asyncpg.connect(url)
    try:
        tables = await tables_of(connection)
        return {table: await connection.fetchval(f"select count(*) from {table}") for table in tables}
    finally:
        await connection.close()


async def killed_in_each(url: str) -> None:
    """Migrate a database, each time until the process is killed at the end of the next migration."""
    connection = await asyncpg.connect(url)
    try:
        applied = {one[0] for one in await connection.fetch("select name from migration")}
        for migration in sorted(known_migrations() - applied):
            env = os.environ | {"DATABASE_URL": url, "FAULT_AT": migration}
            ended = await asyncio.to_thread(command.parley, "migrate", "--no-backup", env=env)
            assert ended.returncode == -signal.SIGKILL
            assert max(applied, default="") == await connection.fetchval("select max(name) from migration")
            applied.add(migration)
    finally:
        await connection.close()


@pytest.mark.parametrize("file", DUMPS, ids=lambda file: file.stem)
async def test_each_schema_becomes_the_newest_though_each_step_is_killed_and_keeps_every_row(
    database: str, tmp_path: Path, file: Path
) -> None:
    async with restored(database, file) as old:
        before = await rows(old)
        assert before["comment"] > COMMENTS
        assert [table for table, number in before.items() if not number] == []

        await killed_in_each(old)
        ended = await asyncio.to_thread(
            command.parley, "migrate", "--no-backup", env=os.environ | {"DATABASE_URL": old}
        )
        assert ended.returncode == 0, ended.stderr

        after = await rows(old)
        # Rules that came with Parley, and that nobody changed, got a new version (m0015, m0041, m0054).
        grown = {"rule", "rule_version"}
        assert all(after[table] >= before[table] for table in grown)
        assert {table: after[table] for table in before.keys() - grown} == {
            table: before[table] for table in before.keys() - grown
        }
        # PostgreSQL writes some conditions otherwise once they were dumped, so both schemas are dumped.
        newest, upgraded = tmp_path / "newest.dump", tmp_path / "upgraded.dump"
        await dump(database, newest, "--schema-only")
        await dump(old, upgraded, "--schema-only")
        async with restored(database, newest) as new, restored(database, upgraded) as same:
            assert await shape(same) == await shape(new)


def test_the_dumps_are_small() -> None:
    assert all(file.stat().st_size < LARGEST_BYTES for file in DUMPS)
