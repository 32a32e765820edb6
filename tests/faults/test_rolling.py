"""A new version goes in one process after the other, under load, and nobody is refused anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count

import httpx
import pytest

from tests import make
from tests.faults.test_database import _assert_promise_kept
from tests.faults.writer import Writer
from tests.interfaces.live.forum import (
    PATIENCE,
    PATIENT,
    Forum,
    Web,
    assert_all_have_the_truth,
    browser_of,
    cookie_of,
    wait_until,
)
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

ASKS_EVERY_SECONDS = 0.2
# Long enough that a new process starts soon on a small machine.
PAUSE_SECONDS = 0.05
# Longer than a busy machine keeps those waiting who ask whether a process still takes requests.
DRAIN_SECONDS = 6.0
DRAIN = ("--drain", str(DRAIN_SECONDS))


class Proxy:
    """What a proxy does that asks for `/healthz`: each request goes to the next process that takes some.

    It has one address at a time, as a process has, so that writers take it for one.
    """

    def __init__(self, webs: list[Web]) -> None:
        self.up = {web.address: True for web in webs}
        self._turn = count()

    @property
    def address(self) -> str:
        up = [address for address, is_up in self.up.items() if is_up]
        assert up, "no process takes requests"
        return up[next(self._turn) % len(up)]

    @asynccontextmanager
    async def asking(self) -> AsyncIterator["Proxy"]:
        """Ask every process over and over whether it takes requests."""
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            task = asyncio.create_task(self._ask(client))
            try:
                yield self
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _ask(self, client: httpx.AsyncClient) -> None:
        while True:
            for address in self.up:
                try:
                    self.up[address] = (await client.get(f"{address}/healthz")).is_success
                except httpx.HTTPError:
                    self.up[address] = False
            await asyncio.sleep(ASKS_EVERY_SECONDS)


class Visitor:
    """Reads pages without pause; `failures` is what went wrong.

    One who `asks_again` does so, like a browser, where the server has just closed a connection that was idle for long.
    """

    def __init__(self, proxy: Proxy, paths: list[str], *, asks_again: bool = False) -> None:
        self.proxy = proxy
        self.asks_again = asks_again
        self.paths = paths
        self.pages = 0
        self.failures: list[str] = []
        self.stopped = False

    async def read(self) -> None:
        async with browser_of() as browser:
            while not self.stopped:
                address = self.proxy.address + self.paths[self.pages % len(self.paths)]
                try:
                    answer = await self._get(browser, address)
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))
                else:
                    if answer.status_code != 200:
                        self.failures.append(f"{answer.status_code} {answer.text}")
                self.pages += 1
                await asyncio.sleep(PAUSE_SECONDS)

    async def _get(self, browser: httpx.AsyncClient, address: str) -> httpx.Response:
        try:
            return await browser.get(address)
        except httpx.RemoteProtocolError:
            if not self.asks_again:
                raise
        return await browser.get(address)


async def test_processes_that_are_restarted_in_turn_refuse_nothing_and_streams_go_on(forum: Forum, thread: int) -> None:
    pair = [forum.web(*PATIENT, *DRAIN, PARLEY_LIMITS="off") for _ in range(2)]
    paths = ["/", await make.address(thread)]
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy(pair).asking())
        writers = [Writer([proxy], thread, await cookie_of(await make.member())) for _ in range(2)]  # type: ignore[list-item]
        visitors = [Visitor(proxy, paths) for _ in range(2)]
        addresses = [web.address for web in pair]
        readers = [
            await stack.enter_async_context(Reader(addresses[turn % 2 :] + addresses[: turn % 2], thread, last=0))
            for turn in range(4)
        ]
        tasks = [asyncio.create_task(one.write(PAUSE_SECONDS)) for one in writers]
        tasks += [asyncio.create_task(one.read()) for one in visitors]
        for task in tasks:
            stack.callback(task.cancel)
        for web in pair:
            await asyncio.to_thread(web.end)
            await asyncio.to_thread(web.start)
            await wait_until(lambda web=web: proxy.up[web.address])  # type: ignore[misc]
        for one in visitors:
            one.stopped = True
        for writer in writers:
            writer.stop()
        await asyncio.gather(*tasks)
        said = [one for writer in writers for one in writer.said]
        assert [failure for one in visitors for failure in one.failures] == []
        assert [one for one in said if not one.acknowledged] == []
        assert min(len(said), *(one.pages for one in visitors)) > 50
        await _assert_promise_kept(forum, thread, said)
        await assert_all_have_the_truth(readers, thread, forum.servers.database_url)
        assert all(reader.byes for reader in readers)
    for web in pair:
        web.end()
        assert "Traceback" not in web.said()


async def test_a_process_that_is_about_to_end_says_so_serves_on_and_keeps_no_connection(
    forum: Forum, thread: int
) -> None:
    web = forum.web(*DRAIN)
    async with browser_of() as browser, Reader([web.address], thread, last=0) as reader:
        assert "connection" not in (await browser.get(f"{web.address}/readyz")).headers
        await reader.open()
        ending = asyncio.create_task(asyncio.to_thread(web.end))
        while (await browser.get(f"{web.address}/healthz")).is_success:
            await asyncio.sleep(0.05)
        answers = [await browser.get(web.address + path) for path in ("/healthz", "/readyz")]
        page = await browser.get(f"{web.address}/")
        assert {one.status_code for one in answers} == {503}
        assert all("This process is stopping." in one.text for one in answers)
        assert (page.status_code, page.headers["connection"]) == (200, "close")
        assert reader.byes == 0
        assert await ending > DRAIN_SECONDS
        assert reader.byes == 1
