"""Handles a few requests of each network at once, so that the many of one network keep no other waiting.

Of these, one host has most but not all, so that it does not keep its neighbours waiting either.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.platform.concurrency import KeyedSemaphore, asking_network
from parley.platform.http.plain_answer import answer
from parley.platform.networks import host, network, site

# Less than the connections to PostgreSQL (app.py), so that slow queries of one network leave some to the others.
AT_ONCE, AT_ONCE_OF_HOST = 8, 6
# More requests that wait are refused, since each takes memory. A network has fewer connections
# (platform/http/listener.py, deploy/nginx.conf), except through a proxy without a limit.
WAITING, WAITING_OF_HOST = 600, 500
# Whoever is refused waits for this, since the next request follows at once.
REFUSAL_SECONDS = 5.0
TOO_MANY = b"Too many requests from your network are waiting. Please try again in a moment."


class FairShare:
    """ASGI middleware in which the requests of a network above `AT_ONCE`, and of a host above its share, wait."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._of_hosts = KeyedSemaphore(AT_ONCE_OF_HOST)
        self._of_networks = KeyedSemaphore(AT_ONCE)
        # How many of each network have not begun.
        self._waiting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] != ScopeType.HTTP or not client:
            await self._app(scope, receive, send)
            return
        of_host, of_network = host(client[0]), site(network(client[0]))
        if self._are_full(of_host, of_network):
            await asyncio.sleep(REFUSAL_SECONDS)
            await answer(send, 429, TOO_MANY)
            return
        turn = _Turn((self._of_hosts, of_host), (self._of_networks, of_network), receive, send)
        await self._begin(turn, of_network)
        asking_network.set(of_network)
        try:
            await self._app(scope, turn.receive, turn.send)
        finally:
            turn.end()

    def _are_full(self, of_host: str, of_network: str) -> bool:
        """Whether so many requests of a host or a network wait that no further one may."""
        of_hosts = self._of_hosts.users(of_host)
        return of_hosts >= AT_ONCE_OF_HOST + WAITING_OF_HOST or self._waiting[of_network] >= WAITING

    async def _begin(self, turn: "_Turn", of_network: str) -> None:
        self._waiting[of_network] += 1
        try:
            await turn.begin()
        finally:
            self._waiting[of_network] -= 1
            if not self._waiting[of_network]:
                del self._waiting[of_network]
        _turn.set(turn)


def pause() -> AbstractAsyncContextManager[None]:
    """Let other requests of the network go on while the present one waits for something that they do not need.

    How many wait must be limited in another way. Without a request, nothing happens.
    """
    turn = _turn.get()
    return nullcontext() if turn is None else turn.pause()


class _Turn:
    """The turn of one request. It ends with the start of the response, and pauses while the client sends a body.

    It holds the semaphores of its host and its network.
    """

    def __init__(
        self, of_host: tuple[KeyedSemaphore, str], of_network: tuple[KeyedSemaphore, str], receive: Receive, send: Send
    ) -> None:
        self._hosts, self._host = of_host
        self._networks, self._network = of_network
        self._receive = receive
        self._send = send
        self._has_begun = False

    async def begin(self) -> None:
        await self._hosts.acquire(self._host)
        try:
            await self._networks.acquire(self._network)
        except BaseException:
            self._hosts.release(self._host)
            raise
        self._has_begun = True

    def end(self) -> None:
        if self._has_begun:
            self._has_begun = False
            # In the next turn of the event loop. Otherwise all requests that need nothing to be awaited, such as those
            # for pages that do not exist, would be handled in one.
            asyncio.get_running_loop().call_soon(self._release)

    def _release(self) -> None:
        self._networks.release(self._network)
        self._hosts.release(self._host)

    @asynccontextmanager
    async def pause(self) -> AsyncIterator[None]:
        """Pause it meanwhile. After an error it does not go on, since only that remains to be answered."""
        is_paused = self._has_begun
        self.end()
        yield
        if is_paused:
            await self.begin()

    async def receive(self) -> Any:
        async with self.pause():
            return await self._receive()

    async def send(self, message: Message) -> None:
        self.end()
        await self._send(message)


# The turn of the request that this task handles.
_turn: ContextVar[_Turn | None] = ContextVar("turn", default=None)
