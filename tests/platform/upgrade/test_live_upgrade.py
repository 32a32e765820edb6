"""The first version is upgraded to this one, and its processes replaced, while members read, post and vote.

`pytest -m slow -rP tests/platform/upgrade/test_live_upgrade.py` prints the longest wait.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from parley.platform.local_servers import servers
from tests import command
from tests.conftest import ROOT
from tests.faults.test_rolling import Proxy
from tests.interfaces.live.forum import Web, browser_of, wait_until
from tests.platform.upgrade.before import Community
from tests.platform.upgrade.keep import DUMP
from tests.platform.upgrade.test_upgrade import rows

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

COMMENTS = 50_000
MOST_SECONDS = 2.0
PAUSE_SECONDS = 0.1
# Of each client, at each stage.
ROUNDS = 20
FOLDERS = ("src", "templates", "static", "locales", "tests", "bench")
# Comments, passages, threads.
SHOWN = re.compile(r'(?:id="|href="/)([cpt][/-]?\d+)')
PAGES = ("/t/1?sort=old", "/search?q=wager")
VOTES_OF_AUTHOR = """
select comment, value from vote where axis = 'quality' and member = (select author from comment where body = $1)
"""


def git(*arguments: str) -> bytes:
    return subprocess.run([str(shutil.which("git")), *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def first_version(folder: Path) -> Path:
    """Unpack the version whose schema the dump has: the commit that added it."""
    commit = git("log", "--diff-filter=A", "--format=%H", "--", str(DUMP)).split()[-1].decode()
    with tarfile.open(fileobj=BytesIO(git("archive", commit, *FOLDERS))) as tar:
        tar.extractall(folder, filter="data")
    assert len([*folder.glob("src/parley/platform/migrations/m0*.py")]) == 1
    return folder


def filled(version: Path, settings: dict[str, str]) -> Community:
    """Fill the database with that version's code."""
    program = [sys.executable, str(Path(__file__).with_name("before.py")), str(COMMENTS)]
    env = os.environ | settings | {"PYTHONPATH": f"{version / 'src'}:{version}"}
    done = subprocess.run(program, cwd=version, env=env, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(done.stdout, type=Community)


class Client:
    """A member who reads, posts and votes in turn, and asks again where a process has closed the connection."""

    def __init__(self, cookie: str, community: Community) -> None:
        self.cookie, self.community = cookie, community
        self.waits: list[tuple[float, str]] = []
        self.refused: list[str] = []
        self.posted: list[str] = []
        self.votes: dict[int, int] = {}
        self.rounds, self.ended = 0, False

    async def run(self, proxy: Proxy) -> None:
        there = self.community
        async with browser_of(self.cookie) as browser:
            send = partial(self._send, browser, proxy)
            while not self.ended:
                body, value = f"It stays {uuid4().hex}", self.rounds % 2 * 2 - 1
                comment = there.comments[self.rounds % len(there.comments)]
                await send(there.paths[self.rounds % len(there.paths)])
                if await send(f"/t/{there.thread}/comments", {"body": body, "submission": str(uuid4())}):
                    self.posted.append(body)
                if await send(f"/c/{comment}/vote", {"axis": "quality", "value": str(value)}):
                    self.votes[comment] = value
                self.rounds += 1
                await asyncio.sleep(PAUSE_SECONDS)

    async def _send(
        self, browser: httpx.AsyncClient, proxy: Proxy, path: str, form: dict[str, str] | None = None
    ) -> bool:
        began, answer, method = time.perf_counter(), None, "POST" if form else "GET"
        while answer is None:
            with suppress(httpx.TransportError):
                answer = await browser.request(method, proxy.address + path, data=form)
        self.waits.append((time.perf_counter() - began, f"{method} {path}"))
        good = answer.status_code in {200, 303}
        if not good:
            self.refused.append(f"{method} {path}: {answer.status_code} {answer.text}")
        return good


@asynccontextmanager
async def at_work(clients: list[Client], proxy: Proxy) -> AsyncIterator[None]:
    """Let clients finish their round at the end, so that they know what became of each request."""
    async with asyncio.TaskGroup() as group:
        for one in clients:
            group.create_task(one.run(proxy))
        yield
        for one in clients:
            one.ended = True


async def more_rounds(clients: list[Client]) -> None:
    before = [one.rounds for one in clients]
    await wait_until(lambda: all(one.rounds >= had + ROUNDS for one, had in zip(clients, before, strict=True)))


async def shown(web: Web) -> list[set[str]]:
    """What visitors find on pages that clients do not change."""
    async with browser_of() as browser:
        return [set(SHOWN.findall((await browser.get(web.address + page)).raise_for_status().text)) for page in PAGES]


async def restart(webs: list[Web], proxy: Proxy) -> None:
    """Replace one process after the other by this version's."""
    for web in webs:
        del web.env["PYTHONPATH"]
        await asyncio.to_thread(web.end)
        await asyncio.to_thread(web.start)
        await wait_until(lambda web=web: proxy.up[web.address])  # type: ignore[misc]


async def assert_nothing_is_lost(url: str, clients: list[Client]) -> None:
    connection: Any = await asyncpg.connect(url)
    try:
        for one in clients:
            there = await connection.fetch("select body from comment where body = any($1)", one.posted)
            votes = await connection.fetch(VOTES_OF_AUTHOR, one.posted[0])
            assert sorted(row["body"] for row in there) == sorted(one.posted)
            assert {row["comment"]: row["value"] for row in votes} == one.votes
    finally:
        await connection.close()


async def test_it_is_upgraded_while_members_read_post_and_vote(tmp_path: Path) -> None:
    old = await asyncio.to_thread(first_version, tmp_path / "old")
    with servers(tmp_path / "data", fast=True) as both:
        settings = both.settings | {"PARLEY_LIMITS": "off"}
        community = await asyncio.to_thread(filled, old, settings)
        webs = [Web(settings, PYTHONPATH=str(old / "src")) for _ in range(2)]
        try:
            for web in webs:
                await asyncio.to_thread(web.start)
            had, seen = await rows(both.database_url), await shown(webs[0])
            clients = [Client(cookie, community) for cookie in community.cookies]
            async with Proxy(webs).asking() as proxy, at_work(clients, proxy):
                await more_rounds(clients)
                done = await asyncio.to_thread(command.parley, "upgrade", env=os.environ | settings)
                assert done.returncode == 0, done.stderr
                await more_rounds(clients)
                await restart(webs, proxy)
                await more_rounds(clients)
            has, sees = await rows(both.database_url), await shown(webs[0])
        finally:
            for web in webs:
                web.kill()
        await assert_nothing_is_lost(both.database_url, clients)

    waits = sorted(wait for one in clients for wait in one.waits)
    print(f"{len(waits):,} requests, the longest {waits[-1]}")  # noqa: T201 the figure for docs/upgrading.md
    assert [one.refused for one in clients if one.refused] == []
    assert waits[-1][0] <= MOST_SECONDS
    assert {table for table, number in had.items() if has[table] < number} == set()
    assert all(seen) and sees == seen
