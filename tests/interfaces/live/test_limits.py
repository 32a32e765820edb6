"""The number of streams per session and address, and readers that receive nothing."""

import asyncio
import socket
from contextlib import AsyncExitStack

import httpx
import pytest

from parley.interfaces.live.limits import LiveSettings, StreamLimits
from parley.interfaces.live.stream import Stream
from parley.platform.errors import TooMany
from tests import make
from tests.interfaces.live.forum import PATIENCE, Forum, Web, browser_of, cookie_of, wait_until
from tests.interfaces.live.reader import Reader

pytestmark = pytest.mark.anyio


async def test_the_sixth_stream_of_a_session_is_refused_until_one_is_closed(
    forum: Forum, web: Web, thread: int
) -> None:
    cookie = await cookie_of(await make.member())
    async with AsyncExitStack() as stack, browser_of(cookie) as browser:
        readers = [await stack.enter_async_context(Reader([web.address], thread, cookie=cookie)) for _ in range(5)]
        await asyncio.gather(*(one.open() for one in readers))
        refused = await browser.get(f"{web.address}/t/{thread}/live")
        assert refused.status_code == 429
        assert refused.headers["Retry-After"]
        async with Reader([web.address], thread) as visitor:
            await visitor.open()
        readers[0].again = False
        await readers[0].cut()
        async with Reader([web.address], thread, cookie=cookie) as another:
            await another.open()


async def test_streams_opened_at_the_same_moment_do_not_exceed_the_limit(forum: Forum, web: Web, thread: int) -> None:
    cookie = await cookie_of(await make.member())
    async with AsyncExitStack() as stack, browser_of(cookie) as browser:

        async def ask() -> int:
            request = browser.build_request("GET", f"{web.address}/t/{thread}/live")
            response = await browser.send(request, stream=True)
            stack.push_async_callback(response.aclose)
            return response.status_code

        codes = await asyncio.gather(*(ask() for _ in range(12)))
        assert sorted(codes) == [200] * 5 + [429] * 7


async def test_an_address_may_have_a_limited_number_of_visitors_streams(quick: Web, thread: int) -> None:
    async with Reader([quick.address], thread) as one, Reader([quick.address], thread) as other:
        await asyncio.gather(one.open(), other.open())
        assert (await _status(quick, thread)) == 429
        cookie = await cookie_of(await make.member())
        async with Reader([quick.address], thread, cookie=cookie) as member:
            await member.open()


async def test_with_limits_off_any_number_of_streams_can_be_opened(unlimited: Web, thread: int) -> None:
    cookie = await cookie_of(await make.member())
    async with AsyncExitStack() as stack:
        for name in ("", cookie):
            for _ in range(3):
                reader = await stack.enter_async_context(Reader([unlimited.address], thread, cookie=name))
                await reader.open()


@pytest.mark.usefixtures("no_hourly_limit")
async def test_a_reader_that_receives_nothing_is_disconnected_and_its_slot_freed(quick: Web, thread: int) -> None:
    ada = await make.member()
    # The former readers' slots are free only after the process has noticed that they left.
    await wait_until(lambda: quick.connections() == 0)
    with _deaf(quick, thread), _deaf(quick, thread):
        assert await _status(quick, thread) == 429
        before = quick.memory()
        long = "Words nobody reads. " * 1_500
        for place in range(120):
            await make.comment(thread, ada, f"{place} {long}")
        async with Reader([quick.address], thread) as next_one:
            await next_one.open()
        await wait_until(lambda: quick.connections() == 0)
        assert quick.memory() - before < 60_000_000
    assert "Traceback" not in quick.said()


async def test_closed_connections_leave_nothing_open(forum: Forum, web: Web, thread: int) -> None:
    async def come_and_go() -> None:
        async with AsyncExitStack() as stack:
            readers = [await stack.enter_async_context(Reader([web.address], thread)) for _ in range(50)]
            await asyncio.gather(*(one.open() for one in readers))

    # The first one loads the modules that are imported late.
    await come_and_go()
    before = web.fds()
    for _ in range(4):
        await come_and_go()
    await wait_until(lambda: web.fds() <= before)


def _deaf(web: Web, thread: int, address: str = "127.0.0.1") -> socket.socket:
    """A connection that asks for the stream and never reads it."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    deaf.bind((address, 0))
    deaf.connect(("127.0.0.1", web.port))
    deaf.sendall(f"GET /t/{thread}/live?last=0 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    deaf.recv(64, socket.MSG_WAITALL)
    return deaf


async def _status(web: Web, thread: int) -> int:
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream("GET", f"{web.address}/t/{thread}/live") as response,
    ):
        return response.status_code


def test_an_address_has_fifty_streams_without_an_account_and_more_for_those_signed_in() -> None:
    caps = StreamLimits(LiveSettings(), enforce=True)
    for _ in range(50):
        caps.add(Stream(1, "192.0.2.1", None))
    with pytest.raises(TooMany):
        caps.add(Stream(1, "192.0.2.1", None))
    caps.add(Stream(1, "192.0.2.2", None))
    caps.add(Stream(1, "192.0.2.1", 1))
    assert caps.of_sessions[1] == 1


def test_many_hosts_of_one_subscriber_have_no_more_than_four() -> None:
    caps = StreamLimits(LiveSettings(streams_per_host=2), enforce=True)
    streams = [Stream(1, f"2001:db8:0:{number}::1", None) for number in range(8)]
    for stream in streams:
        caps.add(stream)
    with pytest.raises(TooMany):
        caps.add(Stream(1, "2001:db8:0:99::1", None))
    caps.add(other := Stream(1, "2001:db8:1::1", None))
    for stream in (*streams, other):
        caps.release(stream)
    assert not caps.of_visitors.of_host
