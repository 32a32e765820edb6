"""PgBouncer lends connections for a transaction at a time, as deploy/pgbouncer.ini has it, and nothing is different."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import msgspec
import psutil
import pytest

from parley.platform import db
from parley.platform.db import SERVER_SETTINGS
from parley.platform.local_servers.launch import unprivileged_user
from tests import make
from tests.conftest import ROOT
from tests.faults.writer import Voter, Writer
from tests.interfaces.live.forum import (
    PATIENCE,
    Forum,
    Web,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    wait_until,
)
from tests.interfaces.live.reader import Reader
from tests.ports import free_port
from tests.programs import installed, is_listening, running

pytestmark = pytest.mark.anyio

# Connections for each of the two names.
LENT = 3


class Pooler(msgspec.Struct):
    port: int
    login: str
    process: psutil.Process

    def url(self, name: str) -> str:
        return f"postgresql://{self.login}@127.0.0.1:{self.port}/{name}"


@contextmanager
def pooling(forum: Forum, folder: Path) -> Iterator[Pooler]:
    """PgBouncer with the file that we ship, but for the addresses and how many connections it lends."""
    program = installed("pgbouncer", "pgbouncer")
    url, port = urlsplit(forum.servers.database_url), free_port()
    (folder / "users.txt").write_text(f'"{url.username}" "{url.password}"\n')
    text = (ROOT / "deploy" / "pgbouncer.ini").read_text()
    for ours, theirs in (
        ("host=127.0.0.1 port=5432", f"host={forum.servers.postgres.run.folder.sockets}"),
        ("listen_port = 6432", f"listen_port = {port}"),
        ("/etc/pgbouncer/users.txt", str(folder / "users.txt")),
        ("default_pool_size = 20", f"default_pool_size = {LENT}"),
    ):
        assert ours in text
        text = text.replace(ours, theirs)
    (folder / "pgbouncer.ini").write_text(text)
    # It refuses to run as root, as PostgreSQL does.
    command = [*unprivileged_user().prefix, program, folder / "pgbouncer.ini"]
    with running(*command, log=folder / "log", until=lambda: is_listening(port)) as process:
        yield Pooler(port, url.netloc.partition("@")[0], process)


@pytest.fixture
def pooler(forum: Forum, tmp_path: Path) -> Iterator[Pooler]:
    with pooling(forum, tmp_path) as one:
        yield one


@pytest.fixture
def pair(forum: Forum, pooler: Pooler) -> list[Web]:
    return [forum.web(PARLEY_LIMITS="off", DATABASE_URL=pooler.url("parley")) for _ in range(2)]


@pytest.fixture
def worker(forum: Forum, pooler: Pooler) -> Iterator[subprocess.Popen[bytes]]:
    settings = os.environ | forum.servers.settings | {"DATABASE_URL": pooler.url("parley_worker")}
    settings |= {"PARLEY_BASE_URL": "http://localhost", "PARLEY_LOG": "warning"}
    process = subprocess.Popen([sys.executable, "-m", "parley", "worker"], env=settings, stderr=subprocess.PIPE)
    yield process
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE)
    assert b"Traceback" not in said, said.decode()


async def test_what_parley_asks_of_a_session_holds_for_those_that_are_shared(forum: Forum, pooler: Pooler) -> None:
    for name, seconds in (("parley", 3), ("parley_worker", 60)):
        connection = await asyncpg.connect(pooler.url(name), server_settings=SERVER_SETTINGS)
        try:
            asked = "select current_setting('statement_timeout'), current_setting('role'), current_setting('TimeZone')"
            assert tuple(await connection.fetchrow(asked)) == (
                f"{seconds}s" if seconds < 60 else "1min",
                "parley_app",
                "UTC",
            )
        finally:
            await connection.close()


@pytest.mark.parametrize("arguments", [["migrate"], ["migrate", "--no-backup"], ["backup", "parley.backup"]])
async def test_commands_of_the_owner_are_refused_through_it_in_words(
    forum: Forum, pooler: Pooler, tmp_path: Path, arguments: list[str]
) -> None:
    settings = os.environ | forum.servers.settings | {"DATABASE_URL": pooler.url("parley")}
    command = [sys.executable, "-m", "parley", *arguments]
    done = subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "set DATABASE_URL to the address of PostgreSQL itself" in done.stderr


async def test_two_web_processes_and_a_worker_share_few_connections_and_lose_nothing(
    forum: Forum, pair: list[Web], worker: object, thread: int
) -> None:
    told, addresses = await make.member(), [web.address for web in pair]
    root = await make.comment(thread, told, "Answer me.")
    # On a busy machine the few connections may be waited for too long, and a post is asked to come again.
    writers = [Writer(pair, thread, await cookie_of(await make.member()), persistent=True) for _ in range(6)]
    reply = {"body": "An answer.", "parent": str(root)}
    async with Reader(addresses, thread, last=0) as reader, browser_of(await cookie_of(await make.member())) as jon:
        voter = Voter(pair, [reader], await cookie_of(await make.member()))
        tasks = [asyncio.create_task(one.write(0.005)) for one in writers] + [asyncio.create_task(voter.vote())]
        await wait_until(lambda: all(len(one.said) > 40 for one in writers))
        in_use = await db.value("select count(*) from pg_stat_activity where application_name like 'parley%'")
        while (answer := await jon.post(f"{addresses[0]}/t/{thread}/comments", data=reply)).status_code == 503:
            pass
        for one in (*writers, voter):
            one.stop()
        await asyncio.gather(*tasks)
        await assert_all_have_the_truth([reader], thread, forum.servers.database_url)
    said = [one for writer in writers for one in writer.said]
    assert answer.status_code == 303
    assert [one for one in said if not one.acknowledged] == []
    assert {answer.status_code for one in writers for answer in one.refusals} <= {503}
    assert in_use <= 2 * LENT
    async with asyncio.timeout(PATIENCE):
        while not await db.value("select count(*) from notification where member = $1", told.id):
            await asyncio.sleep(0.05)
    for web in pair:
        web.end()
        assert "Traceback" not in web.said()
