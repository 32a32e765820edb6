"""Web processes that die at bad moments: after a commit that nobody was told of."""

import asyncio
from contextlib import AsyncExitStack
from uuid import uuid4

import httpx
import pytest

import make
from faults.test_database import _bodies
from live.forum import Forum, Web, assert_all_have_the_truth, browser_of, cookie_of
from live.reader import Reader

pytestmark = pytest.mark.anyio


async def test_what_was_committed_and_not_told_reaches_every_reader_once_and_sent_again_stands_once(
    forum: Forum, webs: list[Web], thread: int
) -> None:
    dying = forum.web(FAULT_AT="nudging", PARLEY_LIMITS="off")
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
