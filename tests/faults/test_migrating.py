"""A new version's migrations come while the old one serves, and are killed half-way."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from piccolo.apps.migrations.tables import Migration

from tests import make
from tests.conftest import ROOT
from tests.faults.test_database import _assert_promise_kept
from tests.faults.test_rolling import Visitor
from tests.faults.writer import Voter, Writer
from tests.interfaces.live.forum import START_SECONDS, Forum, Web, assert_all_have_the_truth, cookie_of, wait_until
from tests.interfaces.live.reader import Reader
from tests.shape import shape

pytestmark = pytest.mark.anyio

MIGRATION = '''
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from parley.platform.db import execute

ID = "{number}"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="parley", description="the next version's")

    async def run():
        await execute("""{sql}""")

    manager.add_raw(run)
    return manager
'''
NEXT = """
alter table comment add column later text;
alter table thread add column later int default 7;
create index comment_later on comment (thread, later);
update comment set later = 'yes'
"""
STEP = """
create table step_{number} (id bigserial primary key, thread bigint references thread);
alter table comment add column step_{number} text not null default '';
create index comment_step_{number} on comment (thread, step_{number})
"""
STEPS = 20
UNDO = """
alter table comment drop column if exists later;
alter table thread drop column if exists later;
delete from migration where name like '2999%'
"""
# Lets the run stop for good with the chosen migration done and not yet committed, until it is killed.
STOPS = """
create schema stops;
create table stops.gate ();
create table stops.at (number int);
insert into stops.at values (0);
create function stops.stop() returns trigger language plpgsql as $$
begin
  if (select count(*) + 1 from migration) = (select number from stops.at) then
    lock table stops.gate in access share mode;
  end if;
  return new;
end $$;
create trigger stops before insert on migration for each row execute function stops.stop();
"""
STOPPED = "select exists (select from pg_locks where relation = 'stops.gate'::regclass and not granted)"
# The first makes all tables.
KILLED_IN = (1, 4, 11, 12, 19)


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
        return int(str(await self.ask("select count(*) from migration")))

    async def on_server(self, sql: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@asynccontextmanager
async def new_database(forum: Forum, name: str) -> AsyncIterator[Database]:
    """An empty one."""
    one = Database(forum, name)
    await one.on_server(f"create database {name}")
    yield one
    await one.on_server(f"drop database {name} with (force)")


def with_migrations(folder: Path, sql: Iterable[str]) -> str:
    """Make a later version of the program in `folder`, and return its path: ours with more migrations."""
    shutil.copytree(ROOT / "src", folder / "src")
    for number, one in enumerate(sql, 1):
        text = MIGRATION.format(number=f"2999-01-01T00:00:{number:02}:000000", sql=one)
        (folder / f"src/parley/platform/migrations/m9{number:03}_later.py").write_text(text)
    return str(folder / "src")


@contextmanager
def migrating(env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`parley migrate`, killed where it has not ended when the block does."""
    with log.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "parley", "migrate"], env=env, stderr=file)
    yield process
    process.kill()
    process.wait()


async def test_killed_at_any_moment_the_next_run_completes_it(forum: Forum, tmp_path: Path) -> None:
    path = with_migrations(tmp_path, (STEP.format(number=number) for number in range(1, STEPS + 1)))
    log = tmp_path / "log"
    async with new_database(forum, "half_way") as database, new_database(forum, "untouched") as untouched:
        database.env["PYTHONPATH"] = untouched.env["PYTHONPATH"] = path
        await killed(database, log)
        assert await database.done() < STEPS
        for one in (database, untouched):
            await migrated(one, log)
        assert STEPS < await database.done() == await untouched.done()
        assert await shape(database.url) == await shape(untouched.url)


async def killed(database: Database, log: Path) -> None:
    """Migrate, and kill each run in the next of those migrations in which one is killed."""
    connection = await asyncpg.connect(database.url)
    await connection.execute(";".join([*Migration.create_table(if_not_exists=True).ddl, STOPS]))
    for number in KILLED_IN:
        await connection.execute(f"update stops.at set number = {number}")
        async with connection.transaction():
            await connection.execute("lock table stops.gate")
            with migrating(database.env, log) as process:
                async with asyncio.timeout(START_SECONDS):
                    while not await connection.fetchval(STOPPED):
                        assert process.poll() is None, log.read_text()
                        await asyncio.sleep(0.02)
        assert await database.done() == number - 1
    await connection.execute("drop schema stops cascade")
    await connection.close()


async def migrated(database: Database, log: Path) -> None:
    with migrating(database.env, log) as process:
        assert await asyncio.to_thread(process.wait, START_SECONDS) == 0, log.read_text()


@pytest.fixture
async def later(forum: Forum, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """The environment of the next version: our own with one more migration, which is undone for other tests."""
    yield os.environ | forum.servers.settings | {"PYTHONPATH": with_migrations(tmp_path, [NEXT])}
    connection = await asyncpg.connect(forum.servers.database_url)
    await connection.execute(UNDO)
    await connection.close()


async def test_while_the_next_version_migrates_the_old_one_refuses_nobody_anything(
    forum: Forum, webs: list[Web], thread: int, later: dict[str, str], tmp_path: Path
) -> None:
    """A long statement holds the tables in the middle of it, and the migration is what gives way."""
    paths = ["/", await make.address(thread)]
    writers = [Writer(webs, thread, await cookie_of(await make.member())) for _ in range(3)]
    visitors = [Visitor(web, paths) for web in webs]  # type: ignore[arg-type]
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(Reader([web.address for web in webs], thread, last=0))
        voter = Voter(webs, [reader], await cookie_of(await make.member()))
        tasks = [asyncio.create_task(one.write()) for one in writers]
        tasks += [asyncio.create_task(one.read()) for one in visitors] + [asyncio.create_task(voter.vote())]
        await _until_written(writers)
        log = tmp_path / "log"
        async with _reading_long(forum):
            process = stack.enter_context(migrating(later, log))
            # It comes to the table, gives way, and comes again.
            for _ in range(2):
                await _until_waiting(forum)
        assert await asyncio.to_thread(process.wait, START_SECONDS) == 0, log.read_text()
        await _until_written(writers)
        for visitor in visitors:
            visitor.stopped = True
        for one in (*writers, voter):
            one.stop()
        await asyncio.gather(*tasks)
        said = [one for writer in writers for one in writer.said]
        assert [answer.status_code for one in writers for answer in one.refusals] == []
        assert [one for one in said if not one.acknowledged] == []
        assert [failure for one in visitors for failure in one.failures] == []
        await _assert_promise_kept(forum, thread, said)
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)


async def _until_written(writers: list[Writer]) -> None:
    """Wait until everybody has said something more."""
    so_far = [len(one.said) for one in writers]
    await wait_until(lambda: all(len(one.said) > before + 20 for one, before in zip(writers, so_far, strict=True)))


@asynccontextmanager
async def _reading_long(forum: Forum) -> AsyncIterator[None]:
    """A transaction of somebody's who reads the comments, as a backup does."""
    connection = await asyncpg.connect(forum.servers.database_url)
    async with connection.transaction():
        await connection.execute("select count(*) from comment")
        yield
    await connection.close()


async def _until_waiting(forum: Forum) -> None:
    """Wait until somebody begins to wait for a table."""
    waits = "select count(*) from pg_locks where not granted and mode = 'AccessExclusiveLock'"
    connection = await asyncpg.connect(forum.servers.database_url)
    async with asyncio.timeout(START_SECONDS):
        while await connection.fetchval(waits):
            await asyncio.sleep(0.02)
        while not await connection.fetchval(waits):
            await asyncio.sleep(0.02)
    await connection.close()
