"""Handles a few requests of each network at once, so that the many of one network keep no other waiting.

Of these, one host has less than half, so that it does not keep its neighbours waiting either.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.platform.concurrency import SourceSemaphore, asking_source
from parley.platform.http.plain_answer import answer
from parley.platform.networks import Holdings, Source, source

# Less than the connections to PostgreSQL (app.py), so that slow queries of one network leave some to the others. The
# requests of other hosts wait for the event loop behind a step of each of these.
AT_ONCE, AT_ONCE_OF_HOST = 8, 3
# More requests of a host that wait are refused, since each takes memory.
WAITING_OF_HOST = 250
# Whoever is refused waits for this, since the next request follows at once.
REFUSAL_SECONDS = 5.0
TOO_MANY = b"Too many requests from your network are waiting. Please try again in a moment."


class FairShare:
    """ASGI middleware in which the requests of a network above `AT_ONCE`, and of a host above its share, wait."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = SourceSemaphore(AT_ONCE_OF_HOST, AT_ONCE)
        # Those that have not begun.
        self._waiting = Holdings(WAITING_OF_HOST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] != ScopeType.HTTP or not client:
            await self._app(scope, receive, send)
            return
        of = source(client[0])
        if not self._waiting.may_add(of):
            await asyncio.sleep(REFUSAL_SECONDS)
            await answer(send, 429, TOO_MANY)
            return
        turn = _Turn(self._turns, of, receive, send)
        await self._begin(turn, of)
        asking_source.set(of)
        try:
            await self._app(scope, turn.receive, turn.send)
        finally:
            turn.end()

    async def _begin(self, turn: "_Turn", of: Source) -> None:
        self._waiting.add(of)
        try:
            await turn.begin()
        finally:
            self._waiting.remove(of)
        _turn.set(turn)


def pause() -> AbstractAsyncContextManager[None]:
    """Let other requests of the network go on while the present one waits for something that they do not need.

    How many wait must be limited in another way. Without a request, nothing happens.
    """
    turn = _turn.get()
    return nullcontext() if turn is None else turn.pause()


class _Turn:
    """The turn of one request. It ends with the start of the response, and pauses while the client sends a body."""

    def __init__(self, turns: SourceSemaphore, of: Source, receive: Receive, send: Send) -> None:
        self._turns = turns
        self._of = of
        self._receive = receive
        self._send = send
        self._has_begun = False

    async def begin(self) -> None:
        await self._turns.acquire(self._of)
        self._has_begun = True

    def end(self) -> None:
        if self._has_begun:
            self._has_begun = False
            # In the next turn of the event loop. Otherwise all requests that need nothing to be awaited, such as those
            # for pages that do not exist, would be handled in one.
            asyncio.get_running_loop().call_soon(self._turns.release, self._of)

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
