"""Accepts connections: all that wait in each turn of the event loop, and only so many of one network.

The server of uvloop accepts one connection in a turn. Somebody who opens a thousand connections and sends requests over
them would let everybody else wait for a thousand turns.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from parley.platform.http.header_limits import BoundedHeaders
from parley.platform.networks import network, site

log = structlog.get_logger(__name__)

# How many connections the system keeps that were not accepted yet.
BACKLOG = 2_048
# The open connections of one network, as in deploy/nginx.conf. Those above are closed unread.
MOST_OF_NETWORK = 600
# While the process has as many files open as it may, no connection can be accepted.
RETRY_SECONDS = 1.0


class Listener:
    """Accepts the connections to `sockets`. `is_limited` says of an address whether its network has a limit."""

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
        self._open: Counter[str] = Counter()
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
                log.warning("no connection accepted", error=str(error))
                self._loop.remove_reader(listening)
                self._loop.call_later(RETRY_SECONDS, self._listen, listening)
                return
            self._admit(connection, address[0])

    def _admit(self, connection: socket.socket, address: str) -> None:
        of = site(network(address))
        if self._open[of] >= MOST_OF_NETWORK and self._is_limited(address):
            connection.close()
            return
        connection.setblocking(False)  # noqa: FBT003 the module's own name
        self._open[of] += 1
        task = self._loop.create_task(self._connect(connection, of))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _connect(self, connection: socket.socket, of: str) -> None:
        protocol = self._protocol()
        protocol.when_lost = partial(self._forget, of)
        try:
            await self._loop.connect_accepted_socket(lambda: protocol, connection)
        except OSError:
            # The client has disconnected already.
            connection.close()
            self._forget(of)

    def _forget(self, of: str) -> None:
        self._open[of] -= 1
        if not self._open[of]:
            del self._open[of]
