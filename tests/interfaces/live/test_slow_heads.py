"""A connection is closed when its request is late or too large, or its response is not read, also without a proxy."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from time import thread_time
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from parley.platform.http.header_limits import MOST_BYTES, MOST_PIPELINED, BoundedHeaders
from parley.site.cli.serve import MOST_OPEN_FILES, allow_open_files, listening

pytestmark = pytest.mark.anyio


class Quick(BoundedHeaders):
    head_seconds = body_seconds = 0.2
    bytes_a_second = 2
    reading_seconds = 1.0


LARGE = b"a" * 20_000_000
PAGE = b"a" * 200_000
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
def config() -> Config:
    config = Config(app, log_config=None)
    config.load()
    return config


@pytest.fixture
async def port(config: Config, state: ServerState) -> AsyncIterator[int]:
    asked.clear()
    listener, *others = listening("127.0.0.1", 0)
    for one in others:
        one.close()
    server = await asyncio.get_running_loop().create_server(lambda: Quick(config, state, {}), sock=listener)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: loc"])
async def test_a_request_head_that_does_not_end_is_closed(port: int, begun: bytes) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(begun)
    assert await asyncio.wait_for(answers.read(), 30) == b""
    asking.close()


async def test_the_second_head_of_a_connection_is_refused_too(port: int) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await answers.readuntil(b"up")).startswith(b"HTTP/1.1 200")
    asking.write(b"GET / HTTP/1.1\r\nHost: loc")
    assert await asyncio.wait_for(answers.read(), 30) == b""
    asking.close()


@pytest.mark.parametrize("begun", [b"", b"a"])
async def test_a_body_that_never_ends_is_refused(port: int, begun: bytes) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n" + begun)
    assert (await asyncio.wait_for(answers.read(), 30)).endswith(b"up")
    asking.close()


async def test_a_body_that_arrives_quickly_enough_is_received(port: int) -> None:
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n" + b"a" * 99)
    await answers.readuntil(b"up")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answers.read(1), 3 * Quick.body_seconds)
    asking.write(b"aGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (await asyncio.wait_for(answers.read(), 30)).endswith(b"up")
    asking.close()


async def test_a_client_that_reads_no_response_is_disconnected(port: int, state: ServerState) -> None:
    """Thousands of connections that read nothing must not each keep a page in memory."""
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


async def test_pages_requested_at_once_are_made_as_they_are_read(port: int) -> None:
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256)
    deaf.connect(("127.0.0.1", port))
    with deaf:
        deaf.sendall(b"GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n" * MOST_PIPELINED)
        made = -1
        while made < len(asked):
            made = len(asked)
            await asyncio.sleep(0.2)
    assert 0 < made < MOST_PIPELINED / 2


def test_a_web_process_may_have_more_connections_than_many_systems_allow_by_default() -> None:
    usual = soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1_024), hard))
        allow_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (min(hard, MOST_OPEN_FILES), hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, usual)


READ = 262_144
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


class Unread(asyncio.Transport):
    """A connection that can only be closed."""

    _is_closing = False

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    def write(self, data: Any) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def sent(port: int, data: bytes) -> bytes:
    """Send `data` at once, and return what is answered until the connection closes."""
    answers, asking = await asyncio.open_connection("127.0.0.1", port)
    asking.write(data)
    try:
        return await asyncio.wait_for(answers.read(), 30)
    except ConnectionResetError:
        return b""
    finally:
        asking.close()


@pytest.mark.parametrize(
    ("begun", "unit"),
    [
        (b"", b"GET /page HTTP/1.1\r\n\r\n"),
        (b"GET /page HTTP/1.1\r\n", b"a: b\r\n"),
        (POST, b"1\r\na\r\n"),
        (POST + b"1;", b"a=b;"),
        (POST + b"0\r\n", b"a: b\r\n"),
    ],
    ids=["requests", "headers", "chunks", "extensions of a chunk", "trailers"],
)
async def test_what_surrounds_bodies_costs_little_of_each_read(config: Config, begun: bytes, unit: bytes) -> None:
    r"""A read of 14,000 pipelined requests took .2 s of CPU and 40 MB; trailers filled the memory without end.

    `yes $'GET / HTTP/1.1\r\n\r' | nc localhost 8000` made everybody wait.
    """
    protocol, transport = Quick(config, ServerState(), {}), Unread()
    protocol.connection_made(transport)
    start = thread_time()

    protocol.data_received((begun + unit * (READ // len(unit)))[:READ])

    assert thread_time() - start < 0.05
    assert len(protocol.pipeline) <= MOST_PIPELINED
    assert len(protocol.headers) < MOST_BYTES
    assert transport.is_closing()
    protocol.connection_lost(None)


async def test_headers_that_are_too_long_are_refused_also_when_they_arrive_at_once(port: int) -> None:
    answer = await sent(port, b"GET /page HTTP/1.1\r\n" + b"a: b\r\n" * 40_000 + b"\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert asked == []


async def test_a_body_in_small_chunks_is_received(config: Config) -> None:
    protocol, transport = Quick(config, ServerState(), {}), Unread()
    protocol.connection_made(transport)

    protocol.data_received(POST + (b"40\r\n" + b"a" * 64 + b"\r\n") * 2_000)

    assert not transport.is_closing()
    protocol.connection_lost(None)
