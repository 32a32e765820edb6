"""The disk may fill up: nothing is half written, what was typed stays, and with room all goes on."""

import asyncio
import errno
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from parley.platform import db
from parley.platform.local_servers import attach
from parley.site.demo import PASSWORD
from tests import make
from tests.faults.test_database import _bodies, _until_ok
from tests.interfaces.live.forum import Forum, Web, browser_of, cookie_of, writing
from tests.interfaces.live.forum import forum as forum_of
from tests.platform.local_servers.installation import PATIENCE, Up, wait_for
from tests.ports import free_port

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk takes root"),
]

SIZE = "700m"
CHUNK = 65_536
# PostgreSQL ends where its log needs another file of 16 MB and has no room for it. This makes it begin one.
FILLS_LOG_FILE = """
select pg_logical_emit_message(false, 'ballast', repeat('x', 16777216 - file_offset))
from pg_walfile_name_offset(pg_current_wal_insert_lsn())
"""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small disk of its own."""
    path = tmp_path_factory.mktemp("disk")
    subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", path], check=True)
    yield path
    subprocess.run(["/usr/bin/umount", path], check=True)


@pytest.fixture(scope="module")
def small_forum(disk: Path) -> Iterator[Forum]:
    """Database, Valkey and the log of the web process: all on that disk."""
    with forum_of(disk / "data", fast=False) as one:
        yield one


@pytest.fixture(scope="module")
def web(small_forum: Forum) -> Web:
    return small_forum.web(PARLEY_LIMITS="off")


@pytest.fixture
def up(disk: Path) -> Iterator[Up]:
    """`parley up` with the demo on that disk."""
    one = Up(disk / "up", free_port())
    try:
        one.read_until("ready")
        yield one
    finally:
        one.process.terminate()
        one.process.communicate(timeout=PATIENCE)


def fill(disk: Path) -> Path:
    """Take every byte that is left, and return the file to remove when there shall be room again."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(CHUNK))
    with ballast.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 the end of the loop
    return ballast


def typed(size: int = 22_000) -> dict[str, str]:
    """A comment that no compression makes small."""
    return {"body": secrets.token_urlsafe(size), "submission": str(uuid4())}


async def test_on_a_full_disk_a_post_is_refused_whole_and_stands_once_there_is_room(
    small_forum: Forum, web: Web, disk: Path
) -> None:
    async with writing(small_forum), browser_of(await cookie_of(await make.member())) as browser:
        thread = await make.thread()
        address = web.address + await make.address(thread)
        await db.execute(FILLS_LOG_FILE)
        stands = [await posted(browser, web, thread) for _ in range(3)]
        ballast = fill(disk)
        try:
            refused = []
            for _ in range(40):
                one = typed()
                answer = await browser.post(f"{web.address}/t/{thread}/comments", data=one)
                if answer.status_code == 303:
                    stands.append(one)
                    continue
                assert answer.status_code == 503, answer.text
                assert answer.headers["Retry-After"]
                assert "nothing is saved twice" in answer.text
                assert one["body"] in answer.text, "what was typed is not on the page"
                refused.append(one)
            assert len(refused) > 10
            article = {"source": "text", "topic": "research", "text": secrets.token_urlsafe(90_000)}
            answer = await browser.post(f"{web.address}/new", data=article)
            assert answer.status_code == 503
            assert article["text"] in answer.text
            assert (await browser.get(address)).status_code == 200
            assert (await browser.get(f"{web.address}/")).status_code == 200
            # Over a connection that is open already: PostgreSQL may lack the room to begin another.
            bodies = await db.values("select body from comment where thread = $1", thread)
            assert sorted(bodies) == sorted(one["body"] for one in stands)
        finally:
            ballast.unlink()
        await asyncio.gather(*(send_until_posted(browser, web, thread, one) for one in refused))
        assert sorted(await _bodies(small_forum, thread)) == sorted(one["body"] for one in stands + refused)
        assert web.process.poll() is None
        await _until_ok(browser, f"{web.address}/readyz")
    assert "Traceback" not in web.said()


async def test_where_not_even_the_log_of_the_database_fits_it_comes_back_with_all_that_was_acknowledged(
    disk: Path, up: Up
) -> None:
    """PostgreSQL cannot go on without room for its log: it ends, and is started again until there is room."""
    with attach(up.data) as servers:
        database = servers.database_url
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(base_url=up.address, headers=headers, timeout=PATIENCE) as mira:
        assert (await mira.post("/login", data={"login": "mira", "password": PASSWORD})).status_code == 303
        stands = [typed(100) for _ in range(3)]
        for one in stands:
            assert (await mira.post("/t/1/comments", data=one)).status_code == 303
        # PostgreSQL may lack the room to begin a connection.
        connection = await asyncpg.connect(database)
        ballast = fill(disk)
        try:
            await write_until_it_ends(connection)
            last = typed(100)
            answer = await mira.post("/t/1/comments", data=last)
            assert answer.status_code == 503
            assert last["body"] in answer.text
            assert up.process.poll() is None
            assert (await mira.get("/healthz")).status_code == 200
        finally:
            ballast.unlink()
        await asyncio.to_thread(wait_for, up.is_ready)
        for one in (last, *stands):
            await send_until_posted(mira, up, 1, one)
        page = await mira.get("/u/mira")
        assert [page.text.count(one["body"]) for one in (*stands, last)] == [1, 1, 1, 1]
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(PATIENCE) == 0
    assert "Traceback" not in (up.data / "log" / "web.log").read_text()


async def write_until_it_ends(connection: asyncpg.Connection) -> None:
    """Write a megabyte at a time to the log of the database, until it ends for want of room."""
    try:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            for _ in range(500):
                await connection.execute("select pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))")
    finally:
        connection.terminate()


async def posted(browser: httpx.AsyncClient, web: Web, thread: int) -> dict[str, str]:
    one = typed()
    answer = await send(browser, web, thread, one)
    assert answer.status_code == 303, answer.text
    return one


async def send_until_posted(browser: httpx.AsyncClient, web: Web | Up, thread: int, one: dict[str, str]) -> None:
    """Send again what was refused, as its writer does: where all come at once, some may be asked to come back."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await send(browser, web, thread, one)).status_code != 303:
            # One writer's comments overtake each other where so many come at once: that is 429.
            assert answer.status_code in {429, 503}, answer.text
            assert one["body"] in answer.text, "what was typed is not on the page"
            await asyncio.sleep(1)


async def send(browser: httpx.AsyncClient, web: Web | Up, thread: int, one: dict[str, str]) -> httpx.Response:
    return await browser.post(f"{web.address}/t/{thread}/comments", data=one)
