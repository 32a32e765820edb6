"""Accepts connections: all that wait in each turn of the event loop, and only so many of one host and one network.

The server of uvloop accepts one connection in a turn. Somebody who opens a thousand connections and sends requests over
them would let everybody else wait for a thousand turns.

Where connections run short, a new one takes the place of one without a whole request.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from parley.platform.http.header_limits import BoundedHeaders, Wait
from parley.platform.networks import Holdings, Source, source

log = structlog.get_logger(__name__)

# How many connections the system keeps that were not accepted yet.
BACKLOG = 2_048
# The open connections of one host, as in deploy/nginx.conf. Those above are closed unread.
MOST_OF_HOST = 300
# While the process has as many files open as it may, no connection can be accepted: so many without a whole head are
# closed, and then it is tried again.
CLOSED_AT_ONCE = 50
RETRY_SECONDS, RETRY_SOON_SECONDS = 1.0, 0.01
EVERYWHERE = ""


class _Connection:
    """An open connection, and what it waits for."""

    __slots__ = ("of", "socket", "wait")

    def __init__(self, of: Source, sock: socket.socket) -> None:
        self.of = of
        self.socket = sock
        self.wait: Wait | None = None

    def close(self) -> None:
        """Close it, even while its transport is being made."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class _Waiting:
    """The connections that wait: for the next request, by host; for the rest of a head, also by network and in all."""

    def __init__(self) -> None:
        # In the order in which they began to wait.
        self._of: dict[tuple[str, Wait], dict[_Connection, None]] = {}

    def note(self, connection: _Connection, wait: Wait | None) -> None:
        """Note what a connection waits for; None while it has a request to answer, and when it has ended."""
        if wait is connection.wait:
            return
        for key in _keys(connection):
            waiting = self._of[key]
            del waiting[connection]
            if not waiting:
                del self._of[key]
        connection.wait = wait
        for key in _keys(connection):
            self._of.setdefault(key, {})[connection] = None

    def close_oldest(self, key: str, wait: Wait) -> bool:
        """Close the one that has waited longest. Return whether there was one."""
        waiting = self._of.get((key, wait))
        if waiting is None:
            return False
        connection = next(iter(waiting))
        self.note(connection, None)
        connection.close()
        return True


def _keys(connection: _Connection) -> Sequence[tuple[str, Wait]]:
    of, wait = connection.of, connection.wait
    if wait is None:
        return ()
    return [(key, wait) for key in ({of.host, of.network, EVERYWHERE} if wait is Wait.HEAD else (of.host,))]


class Listener:
    """Accepts the connections to `sockets`. `is_limited` says of an address whether its host has a limit."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        protocol: Callable[[], BoundedHeaders],
        is_limited: Callable[[str], bool],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._sockets = sockets
        self._protocol = protocol
        self._is_limited = is_limited
        self._open = Holdings(MOST_OF_HOST)
        self._waiting = _Waiting()
        self._opening: set[asyncio.Task[None]] = set()
        for sock in sockets:
            sock.setblocking(False)  # noqa: FBT003 the module's own name
            sock.listen(BACKLOG)
            self._listen(sock)

    def accept_last(self) -> None:
        """Accept the connections that wait. When its socket is closed, the system would reset them."""
        for sock in self._sockets:
            self._accept(sock)

    def close(self) -> None:
        """Accept no further connections. Those that are open stay."""
        for sock in self._sockets:
            if sock.fileno() >= 0:
                self._loop.remove_reader(sock)
                sock.close()

    async def wait_closed(self) -> None:
        """Return at once, since uvicorn itself waits for the connections to end."""

    def _listen(self, sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            self._loop.add_reader(sock, self._accept, sock)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(BACKLOG):
            try:
                connection, address = listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                closed = sum(self._waiting.close_oldest(EVERYWHERE, Wait.HEAD) for _ in range(CLOSED_AT_ONCE))
                log.warning("no connection accepted", error=str(error), closed=closed)
                self._loop.remove_reader(listening)
                self._loop.call_later(RETRY_SOON_SECONDS if closed else RETRY_SECONDS, self._listen, listening)
                return
            self._admit(connection, address[0])

    def _admit(self, connection: socket.socket, address: str) -> None:
        of = source(address)
        if not self._open.may_add(of) and self._is_limited(address) and not self._make_room(of):
            connection.close()
            return
        connection.setblocking(False)  # noqa: FBT003 the module's own name
        self._open.add(of)
        one = _Connection(of, connection)
        self._waiting.note(one, Wait.HEAD)
        task = self._loop.create_task(self._connect(one))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _make_room(self, of: Source) -> bool:
        """Close a connection of this host that waits or, if its network has too many, one that sends no head."""
        if any(self._waiting.close_oldest(of.host, wait) for wait in Wait):
            return True
        return self._open.of_host[of.host] < MOST_OF_HOST and self._waiting.close_oldest(of.network, Wait.HEAD)

    async def _connect(self, connection: _Connection) -> None:
        protocol = self._protocol()
        protocol.when_waiting = partial(self._waiting.note, connection)
        protocol.when_lost = partial(self._forget, connection)
        try:
            await self._loop.connect_accepted_socket(lambda: protocol, connection.socket)
        except OSError:
            # The client has disconnected already.
            connection.socket.close()
            self._forget(connection)

    def _forget(self, connection: _Connection) -> None:
        self._waiting.note(connection, None)
        self._open.remove(connection.of)
