"""Web processes that die at bad moments: after a commit that nobody was told of, and with hundreds of readers."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.faults.test_database import _bodies
from tests.interfaces.live.forum import Forum, Web, assert_all_have_the_truth, browser_of, cookie_of, wait_until
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio

READERS = 200


async def test_what_was_committed_and_not_told_reaches_every_reader_once_and_sent_again_stands_once(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    dying = forum.web(FAULT_AT="notify", PARLEY_LIMITS="off")
    typed = {"body": "The last words of a process.", "submission": str(uuid4())}
    async with AsyncExitStack() as stack:
        ada = await stack.enter_async_context(browser_of(await cookie_of(await make.member())))
        readers = [await stack.enter_async_context(Reader([web.address], thread, last=0)) for web in webs]
        await asyncio.gather(*(one.open() for one in readers))
        with pytest.raises(httpx.HTTPError):
            await ada.post(f"{dying.address}/t/{thread}/comments", data=typed)
        dying.process.wait()
        for one in readers:
            await one.until(lambda one: len(one.comments) == 1)
        again = await ada.post(f"{webs[0].address}/t/{thread}/comments", data=typed)
        assert again.status_code == 303
        await assert_all_have_the_truth(readers, thread, forum.servers.database_url)
    assert await _bodies(forum, thread) == [typed["body"]]


async def test_two_hundred_readers_of_a_process_that_is_killed_go_on_at_another(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    dying, there = forum.web(PARLEY_LIMITS="off"), webs[0]
    ada = await make.member()
    files = there.fds()
    async with AsyncExitStack() as stack:
        addresses = [dying.address, there.address]
        readers = [await stack.enter_async_context(Reader(addresses, thread, last=0)) for _ in range(READERS)]
        await asyncio.gather(*(one.open() for one in readers))
        for turn in range(6):
            await make.comment(thread, ada, f"Number {turn}.")
            if turn == 2:
                dying.kill()
        await assert_all_have_the_truth(readers, thread, forum.servers.database_url)
        assert all(one.connected >= 2 for one in readers)
    await wait_until(lambda: there.fds() <= files)
