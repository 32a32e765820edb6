"""Handles a few requests of each network at once, so that the many of one network keep no other waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.core.concurrency import KeyedSemaphore
from parley.core.http.plain_answer import answer
from parley.core.networks import network, site

# Less than the connections to PostgreSQL (app.py), so that slow queries of one network leave some to the others.
AT_ONCE = 8
# More requests of a network are refused. Each that waits takes memory. A network has fewer connections
# (core/http/listener.py, deploy/nginx.conf), except through a proxy without a limit.
WAITING = 600
# Whoever is refused waits for this, since the next request follows at once.
REFUSAL_SECONDS = 5.0
_TURN = "turn"
TOO_MANY = b"Too many requests from your network are waiting. Please try again in a moment."


class FairShare:
    """ASGI middleware in which the requests of a network above `AT_ONCE` wait for their turn."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = KeyedSemaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] != ScopeType.HTTP or not client:
            await self._app(scope, receive, send)
            return
        turn = _Turn(self._turns, site(network(client[0])), receive, send)
        if self._turns.users(turn.network) >= AT_ONCE + WAITING:
            await asyncio.sleep(REFUSAL_SECONDS)
            await answer(send, 429, TOO_MANY)
            return
        await turn.begin()
        scope[_TURN] = turn  # type: ignore[literal-required]
        try:
            await self._app(scope, turn.receive, turn.send)
        finally:
            turn.end()


class _Turn:
    """The turn of one request. It ends with the start of the response, and pauses while the client sends a body."""

    def __init__(self, turns: KeyedSemaphore, network: str, receive: Receive, send: Send) -> None:
        self.network = network
        self._turns = turns
        self._receive = receive
        self._send = send
        self._has_begun = False

    async def begin(self) -> None:
        await self._turns.acquire(self.network)
        self._has_begun = True

    def end(self) -> None:
        if self._has_begun:
            self._has_begun = False
            # In the next turn of the event loop. Otherwise all requests that need nothing to be awaited, such as those
            # for pages that do not exist, would be handled in one.
            asyncio.get_running_loop().call_soon(self._turns.release, self.network)

    async def receive(self) -> Any:
        is_paused = self._has_begun
        self.end()
        message = await self._receive()
        if is_paused:
            await self.begin()
        return message

    async def send(self, message: Message) -> None:
        self.end()
        await self._send(message)


@asynccontextmanager
async def without_turn(scope: Scope) -> AsyncIterator[None]:
    """Let other requests of the network have the turn of this one meanwhile: it waits for a server elsewhere."""
    turn = scope.get(_TURN)
    if not isinstance(turn, _Turn):
        yield
        return
    turn.end()
    try:
        yield
    finally:
        await turn.begin()
