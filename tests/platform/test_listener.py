"""Connections are accepted at once, and only so many of one host and of one network."""

import asyncio
import errno
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop
from uvicorn import Config
from uvicorn.server import ServerState

from parley.platform.http import listener
from parley.platform.http.header_limits import BoundedHeaders, Wait
from parley.platform.http.listener import MOST_OF_HOST, Listener
from parley.platform.networks import NETWORK_HOSTS

MANY = 200
DEPLOY = Path(__file__).parents[2] / "deploy"


class Protocol(asyncio.Protocol):
    """What a listener needs of a protocol."""

    when_lost: Callable[[], None] | None = None
    when_waiting: Callable[[Wait | None], None] | None = None

    def __init__(self, made: list["Protocol"]) -> None:
        self._made = made
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._made.append(self)
        if self.when_waiting is not None:
            # As if it had sent a request that is not answered yet.
            self.when_waiting(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.when_lost is not None:
            self.when_lost()


SITES: list["Site"] = []


class Site:
    """A listener on a free port, and clients that wait for nothing."""

    def __init__(self, protocol: Callable[[], Any] | None = None, *, is_limited: bool = True) -> None:
        self.made: list[Protocol] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = self.socket.getsockname()
        self._clients: list[socket.socket] = []
        SITES.append(self)
        make = protocol or (lambda: Protocol(self.made))
        self.listener = Listener([self.socket], cast("Any", make), lambda _: is_limited)

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
    """Run a test in the loop that web processes have. Where it fails, too, everything is closed: uvloop would hang."""

    async def closing() -> None:
        try:
            await work
        finally:
            while SITES:
                SITES.pop().close()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(closing())


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
        assert turns < MANY / 10

    run(work())


def test_a_host_has_so_many_connections_and_its_neighbours_have_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six hundred connections from one address kept its whole network out."""
    monkeypatch.setattr(listener, "MOST_OF_HOST", 5)

    async def work() -> None:
        site = Site()
        ours = [site.connect() for _ in range(8)]
        others = [site.connect(address) for address in ("127.0.0.2", "127.0.1.1")]
        await site.settle(7)
        assert sum(map(is_closed, ours)) == 3
        assert not any(map(is_closed, others))

        next(one for one in ours if not is_closed(one)).close()
        await asyncio.sleep(0.1)
        assert not is_closed(again := site.connect())
        await site.settle(8)
        assert not is_closed(again)

    run(work())


def test_hosts_that_take_all_they_can_leave_connections_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_OF_HOST", 5)

    async def work() -> None:
        site = Site()
        greedy = [site.connect(f"127.0.0.{number % NETWORK_HOSTS + 1}") for number in range(8 * NETWORK_HOSTS)]
        await asyncio.sleep(0.2)
        neighbour = site.connect("127.0.0.99")
        await asyncio.sleep(0.2)
        assert not is_closed(neighbour)
        assert sum(not is_closed(one) for one in greedy) < NETWORK_HOSTS * 5

    run(work())


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"up"})


class RealSite(Site):
    """A site with the protocol of web processes."""

    def __init__(self) -> None:
        config = Config(answer, log_config=None)
        config.load()
        state = ServerState()

        def make() -> BoundedHeaders:
            self.made.append(cast("Any", made := BoundedHeaders(config, state, {})))
            return made

        super().__init__(make)

    async def asked(self, source: str = "127.0.0.1") -> socket.socket:
        """A connection over which a request was answered, and which stays open."""
        one = self.connect(source)
        one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        one.settimeout(0)
        answered = b""
        async with asyncio.timeout(30):
            while not answered.endswith(b"up"):
                await asyncio.sleep(0.01)
                with suppress(BlockingIOError):
                    part = one.recv(1_000)
                    assert part, "it was closed"
                    answered += part
        return one


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: loc"])
def test_where_connections_run_short_half_sent_heads_go_first(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    """Six hundred half-sent heads kept everybody out who shared the address, or its network."""
    monkeypatch.setattr(listener, "MOST_OF_HOST", 5)

    async def work() -> None:
        site = RealSite()
        kept = await site.asked()
        slow = [site.connect() for _ in range(5)]
        for one in slow:
            one.sendall(begun)
        await asyncio.sleep(0.2)
        await site.asked()
        await asyncio.sleep(0.1)
        assert is_closed(slow[0]), "the oldest"
        assert not is_closed(kept)
        assert not is_closed(slow[-1])

    run(work())


def test_half_sent_heads_of_many_hosts_leave_room_for_their_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_OF_HOST", 5)

    async def work() -> None:
        site = RealSite()
        for number in range(NETWORK_HOSTS * 5):
            site.connect(f"127.0.0.{number + 1}")
        await asyncio.sleep(0.2)
        for _ in range(5):
            await site.asked("127.0.0.99")

    run(work())


def test_without_free_file_handles_half_sent_heads_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a second, nobody was let in."""
    monkeypatch.setattr(listener, "RETRY_SECONDS", 3_600.0)
    failures: list[OSError] = []

    class Full(socket.socket):
        def accept(self) -> Any:
            if failures:
                raise failures.pop()
            return super().accept()

    async def work() -> None:
        monkeypatch.setattr(socket, "socket", Full)
        site = RealSite()
        monkeypatch.undo()
        slow = site.connect()
        await asyncio.sleep(0.1)
        failures.append(OSError(errno.EMFILE, "Too many open files"))
        await site.asked("127.0.1.1")
        assert is_closed(slow)

    run(work())


def test_half_sent_heads_end_after_ten_seconds() -> None:
    assert BoundedHeaders.head_seconds == 10


def test_a_proxy_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "MOST_OF_HOST", 5)

    async def work() -> None:
        site = Site(is_limited=False)
        ours = [site.connect() for _ in range(8)]
        await site.settle(8)
        assert not any(map(is_closed, ours))

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

    run(work())


@pytest.mark.parametrize(
    ("file", "of_host", "of_network"),
    [
        ("nginx.conf", "limit_conn address {};", "limit_conn network {};"),
        ("connections.nft", "ip saddr ct count over {} }}", "255.255.255.0 ct count over {} }}"),
        ("connections.nft", "ffff:ffff:ffff:ffff:: ct count over {} }}", "& ffff:ffff:ffff:: ct count over {} }}"),
    ],
)
def test_a_proxy_has_the_same_limits(file: str, of_host: str, of_network: str) -> None:
    text = (DEPLOY / file).read_text()
    assert of_host.format(MOST_OF_HOST) in text
    assert of_network.format(NETWORK_HOSTS * MOST_OF_HOST) in text
