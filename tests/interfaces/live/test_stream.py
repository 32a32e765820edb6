"""A stream with connections that are fast, slow, stuck or broken."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from parley.interfaces.live.stream import Stream

pytestmark = pytest.mark.anyio


class Connection:
    """Records what is sent; sending waits while `open` is not set."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.given_up = False
        self.error: Exception | None = None
        self.open = asyncio.Event()
        self.left = asyncio.Event()

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        try:
            await self.open.wait()
        except BaseException:
            self.given_up = True
            raise
        if self.error:
            raise self.error
        self.sent.append(message["body"])


async def some_steps() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def connection() -> Connection:
    return Connection()


@pytest.fixture
def stream() -> Stream:
    return Stream(1, "a reader", None)


async def test_messages_queued_in_one_step_are_sent_together(stream: Stream, connection: Connection) -> None:
    connection.open.set()
    run = asyncio.create_task(stream.run(connection.receive, connection.send))
    await some_steps()

    stream.put(b"1", 1)
    stream.put(b"2", 2)
    await some_steps()
    stream.put(b"3", 3)
    stream.end(b"bye")

    assert await run
    assert connection.sent == [b"12", b"3bye"]


async def test_a_slow_reader_gets_everything_in_order(stream: Stream, connection: Connection) -> None:
    run = asyncio.create_task(stream.run(connection.receive, connection.send))
    for seq in range(1, 5):
        stream.put(b"%d" % seq, seq)
        await some_steps()
    assert connection.sent == []

    connection.open.set()
    await some_steps()
    stream.put(b"5", 5)
    stream.end(b"bye")

    assert await run
    assert connection.sent == [b"1", b"234", b"5bye"]


async def leave(stream: Stream, connection: Connection) -> bool:
    connection.left.set()
    return True


async def cut(stream: Stream, connection: Connection) -> bool:
    stream.abort()
    return False


@pytest.mark.parametrize("end", [leave, cut])
async def test_a_send_that_waits_ends_with_its_stream(
    stream: Stream, connection: Connection, end: Callable[[Stream, Connection], Awaitable[bool]]
) -> None:
    run = asyncio.create_task(stream.run(connection.receive, connection.send))
    stream.put(b"1", 1)
    await some_steps()
    assert stream.stuck_for(stream.sent_at + 3) == 3

    ended = await end(stream, connection)

    assert await run is ended
    await some_steps()
    assert connection.given_up
    assert connection.sent == []


@pytest.mark.parametrize("waits", [False, True])
async def test_a_connection_that_fails_ends_its_stream_with_the_error(
    stream: Stream, connection: Connection, waits: bool
) -> None:
    connection.error = OSError("broken")
    run = asyncio.create_task(stream.run(connection.receive, connection.send))
    if not waits:
        connection.open.set()
    stream.put(b"1", 1)
    await some_steps()
    connection.open.set()

    with pytest.raises(OSError, match="broken"):
        await run
