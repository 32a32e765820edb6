"""Streams end when their member is signed out or suspended, and when the process stops."""

import asyncio
import signal
from contextlib import AsyncExitStack

import pytest

from parley.interfaces.live.limits import LiveSettings
from parley.platform import db
from tests import make
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

pytestmark = pytest.mark.anyio

PROMISED_SECONDS = 5.0


def test_sessions_are_checked_within_the_promised_seconds() -> None:
    assert LiveSettings().session_check_interval < PROMISED_SECONDS


async def test_the_streams_of_someone_who_signs_out_end_and_others_stay(forum: Forum, web: Web, thread: int) -> None:
    ada = await make.member()
    cookie, elsewhere = await cookie_of(ada), await cookie_of(ada)
    async with (
        Reader([web.address], thread, cookie=cookie) as reader,
        Reader([web.address], thread, cookie=elsewhere) as other,
        browser_of(cookie) as browser,
    ):
        await asyncio.gather(reader.open(), other.open())
        answer = await browser.post(f"{web.address}/logout")
        assert answer.status_code == 303
        await reader.until(lambda one: one.byes == 1)
        assert other.byes == 0


async def test_a_head_request_for_a_stream_holds_neither_a_slot_nor_the_connection(
    forum: Forum, quick: Web, thread: int
) -> None:
    """A proxy reuses a connection once it has the response's head, and sends anybody's next request on it."""
    await wait_until(lambda: quick.connections() == 0)
    answers, asking = await asyncio.open_connection("127.0.0.1", quick.port)
    # As many as may run at once.
    for _ in range(2):
        asking.write(f"HEAD /t/{thread}/live HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await answers.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"text/event-stream" in head
    async with Reader([quick.address], thread) as reader:
        await reader.open()
    asking.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (await answers.read()).endswith(b"\r\n\r\nup\n")
    asking.close()
    await asking.wait_closed()


async def test_the_stream_of_someone_suspended_ends(forum: Forum, web: Web, thread: int) -> None:
    ada = await make.member()
    async with Reader([web.address], thread, cookie=await cookie_of(ada)) as reader:
        await reader.open()
        await db.execute("update member set state = 'suspended' where id = $1", ada.id)
        await reader.until(lambda one: one.byes == 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
async def test_a_process_that_is_stopped_ends_every_stream_with_a_message(
    forum: Forum, web: Web, thread: int, number: signal.Signals
) -> None:
    ada, ending = await make.member(), forum.web()
    async with AsyncExitStack() as stack:
        ends: list[Reader] = []
        for _ in range(10):
            reader = Reader([ending.address, web.address], thread, last=0)
            ends.append(await stack.enter_async_context(reader))
        await asyncio.gather(*(one.open() for one in ends))
        await make.comment(thread, ada, "Before the end.")
        ending.process.send_signal(number)
        await asyncio.to_thread(ending.process.wait, PATIENCE)
        await make.comment(thread, ada, "After the end.")
        await assert_all_have_the_truth(ends, thread, forum.servers.database_url)
        assert all(one.byes == 1 for one in ends)
    assert "Traceback" not in ending.said()
