"""A new version's migrations come while the old one serves, and are killed half-way."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from live.forum import Forum
from parley.core.migrated import known

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

# All that one can see of the tables, but for what a migration run notes about itself.
SHAPE = """
select array_agg(one order by one) from (
  select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, generation_expression) as one
  from information_schema.columns where table_schema = 'public'
  union all select indexdef from pg_indexes where schemaname = 'public'
  union all select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace
  union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
) all_of_it
"""


class Database:
    """A database of its own on the forum's server."""

    def __init__(self, forum: Forum, name: str) -> None:
        self.server = forum.servers.database_url
        self.name = name
        self.url = urlunsplit(urlsplit(self.server)._replace(path=f"/{name}"))
        self.env = os.environ | forum.servers.settings | {"DATABASE_URL": self.url}

    async def ask(self, sql: str) -> object:
        connection = await asyncpg.connect(self.url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    async def done(self) -> int:
        """How many migrations it has."""
        if await self.ask("select to_regclass('migration')") is None:
            return 0
        return int(str(await self.ask("select count(*) from migration")))

    async def on_server(self, sql: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture
async def database(forum: Forum) -> AsyncIterator[Database]:
    one = Database(forum, "half_way")
    await one.on_server("create database half_way")
    yield one
    await one.on_server("drop database half_way with (force)")


@contextmanager
def migrating(env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`parley migrate`, killed where it has not ended when the block does."""
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "parley", "migrate"], env=env, stderr=file)
    yield process
    process.kill()
    process.wait()


async def test_killed_at_any_moment_the_next_run_completes_it(forum: Forum, database: Database, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for kills_at in (1, 4, 11, 12, 19):
        with migrating(database.env, log) as process:
            while await database.done() < kills_at:
                assert process.poll() is None, log.read_text()
    assert await database.done() < len(known())
    with migrating(database.env, log) as process:
        assert await asyncio.to_thread(process.wait, 180) == 0, log.read_text()
    untouched = Database(forum, urlsplit(forum.servers.database_url).path.strip("/"))
    assert await database.ask(SHAPE) == await untouched.ask(SHAPE)
