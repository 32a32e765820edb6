"""A connection is closed when its request is late or its response is not read, also without a proxy."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from parley.cli.serve import listening
from parley.core.http.header_limits import BoundedHeaders

pytestmark = pytest.mark.anyio


class Quick(BoundedHeaders):
    head_seconds = body_seconds = 0.2
    bytes_a_second = 2
    reading_seconds = 1.0


LARGE = b"a" * 20_000_000
PAGE = b"a" * 200_000
TURNS = 40
asked: list[str] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    asked.append(scope["path"])
    body = {"/large": LARGE, "/page": PAGE}.get(scope["path"], b"up")
    head = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def state() -> ServerState:
    return ServerState()


@pytest.fixture
async def port(state: ServerState) -> AsyncIterator[int]:
    config = Config(app, log_config=None)
    config.load()
    asked.clear()
    listener, *others = listening("127.0.0.1", 0)
    for one in others:
        one.close()
    server = await asyncio.get_running_loop().create_server(lambda: Quick(config, state, {}), sock=listener)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: loc"])
async def test_a_head_that_does_not_end_is_given_up(port: int, begun: bytes) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(begun)
    assert await asyncio.wait_for(answers.read(), 30) == b""
    asking.close()


async def test_the_second_head_of_a_connection_is_given_up_too(port: int) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await answers.readuntil(b"up")).startswith(b"HTTP/1.1 200")
    asking.write(b"GET / HTTP/1.1\r\nHost: loc")
    assert await asyncio.wait_for(answers.read(), 30) == b""
    asking.close()


@pytest.mark.parametrize("begun", [b"", b"a"])
async def test_a_body_that_does_not_end_is_given_up(port: int, begun: bytes) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n" + begun)
    assert (await asyncio.wait_for(answers.read(), 30)).endswith(b"up")
    asking.close()


async def test_a_body_that_comes_quickly_enough_is_taken(port: int) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" + b"a" * 99)
    await answers.readuntil(b"up")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answers.read(1), 3 * Quick.body_seconds)
    asking.write(b"aGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (await asyncio.wait_for(answers.read(), 30)).endswith(b"up")
    asking.close()


async def test_a_client_that_reads_no_response_is_disconnected(port: int, state: ServerState) -> None:
    """Each of thousands of connections that read nothing kept its page in memory for as long as it was open."""
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await answers.readexactly(1)
    async with asyncio.timeout(60):
        while state.connections:
            await asyncio.sleep(0.01)

    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await answers.readexactly(len(LARGE))
    asking.close()


async def test_a_slow_reader_gets_the_whole_response(port: int) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    taken = b""
    while part := await asyncio.wait_for(answers.read(1_000_000), 30):
        taken += part
        await asyncio.sleep(Quick.reading_seconds / 100)

    assert taken.endswith(LARGE)
    asking.close()


async def test_of_many_pages_asked_for_at_once_few_are_made_before_any_is_read(port: int) -> None:
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256)
    deaf.connect(("127.0.0.1", port))
    with deaf:
        deaf.sendall(b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n" * TURNS)
        made = -1
        while made < len(asked):
            made = len(asked)
            await asyncio.sleep(0.2)
    assert 0 < made < TURNS / 8
