"""Connections are accepted at once, and only so many of one network."""

import asyncio
import errno
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop

from parley.platform.http import listener
from parley.platform.http.listener import MOST_OF_NETWORK, Listener

MANY = 200
DEPLOY = Path(__file__).parents[2] / "deploy"


class Protocol(asyncio.Protocol):
    """What a listener needs of a protocol."""

    when_lost: Callable[[], None] | None = None

    def __init__(self, made: list["Protocol"]) -> None:
        self._made = made
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._made.append(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.when_lost is not None:
            self.when_lost()


class Site:
    """A listener on a free port, and clients that wait for nothing."""

    def __init__(self, *, is_limited: bool = True) -> None:
        self.made: list[Protocol] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self._clients: list[socket.socket] = []
        self.listener = Listener([self.socket], lambda: cast("Any", Protocol(self.made)), lambda _: is_limited)

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        one = socket.create_connection(self.address, source_address=(source, 0))
        self._clients.append(one)
        return one

    async def settle(self, number: int) -> None:
        """Wait until so many connections were accepted, and a little longer."""
        async with asyncio.timeout(30):
            while len(self.made) < number:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)

    def close(self) -> None:
        self.listener.close()
        for one in self._clients:
            one.close()
        for protocol in self.made:
            protocol.transport.abort()


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a test in the loop that web processes have."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


def is_closed(one: socket.socket) -> bool:
    one.settimeout(0)
    try:
        return one.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_all_connections_that_wait_are_accepted_in_a_few_turns() -> None:
    """uvloop's own server took a turn for each, so that a visitor waited behind all that somebody else had opened."""

    async def work() -> None:
        site = Site()
        for _ in range(MANY):
            site.connect()
        turns = 0
        while len(site.made) < MANY:
            await asyncio.sleep(0)
            turns += 1
        site.close()
        assert turns < MANY / 10

    run(work())


def test_a_network_has_so_many_connections_and_others_have_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_OF_NETWORK", 5)

    async def work() -> None:
        site = Site()
        ours = [site.connect(f"127.0.0.{number + 1}") for number in range(8)]
        other = site.connect("127.0.1.1")
        await site.settle(6)
        assert sum(map(is_closed, ours)) == 3
        assert not is_closed(other)

        next(one for one in ours if not is_closed(one)).close()
        await asyncio.sleep(0.1)
        assert not is_closed(again := site.connect())
        await site.settle(7)
        assert not is_closed(again)
        site.close()

    run(work())


def test_a_proxy_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_OF_NETWORK", 5)

    async def work() -> None:
        site = Site(is_limited=False)
        ours = [site.connect() for _ in range(8)]
        await site.settle(8)
        assert not any(map(is_closed, ours))
        site.close()

    run(work())


def test_without_free_file_handles_it_accepts_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "RETRY_SECONDS", 0.1)
    failures = [OSError(errno.EMFILE, "Too many open files")] * 2

    class Full(socket.socket):
        def accept(self) -> Any:
            if failures:
                raise failures.pop()
            return super().accept()

    async def work() -> None:
        monkeypatch.setattr(socket, "socket", Full)
        site = Site()
        monkeypatch.undo()
        one = site.connect()
        await site.settle(1)
        assert not failures
        assert not is_closed(one)
        site.close()

    run(work())


def test_connections_that_wait_when_it_ends_are_not_reset() -> None:
    """A proxy may have sent a form on them, and would answer 502."""

    async def work() -> None:
        site = Site()
        clients = [site.connect() for _ in range(3)]
        site.listener.accept_last()
        site.listener.close()
        await site.settle(3)
        assert not any(map(is_closed, clients))
        site.close()

    run(work())


def test_a_closed_listener_can_be_closed_again_and_keeps_open_connections() -> None:
    async def work() -> None:
        site = Site()
        one = site.connect()
        await site.settle(1)
        site.listener.close()
        site.listener.close()
        await asyncio.sleep(0.05)
        assert not is_closed(one)
        with pytest.raises(ConnectionRefusedError):
            site.connect()
        site.close()

    run(work())


@pytest.mark.parametrize(
    ("file", "rule"), [("nginx.conf", "limit_conn address {};"), ("connections.nft", "over {} }}")]
)
def test_a_proxy_has_the_same_limit(file: str, rule: str) -> None:
    assert rule.format(MOST_OF_NETWORK) in (DEPLOY / file).read_text()
