"""Members first: pages made anew for visitors are few at a time, and begin while no member's request is handled.

Making one takes 10 to 40 ms of the event loop. A crowd that asks for many different pages would otherwise fill it, and
each member's request would wait for a part of all of them. Kept pages cost nothing and never wait.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from contextvars import ContextVar

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.platform.concurrency import FairSemaphore
from parley.platform.errors import Busy
from parley.platform.observability.load_shedding import RETRY_SECONDS
from parley.platform.observability.metrics import LOAD_SHED
from parley.platform.text.messages import N_

# Two, so that one that waits for a slow query does not stop the others.
AT_ONCE = 2
# Longer than this no visitor waits for an answer; it is then "503 Service Unavailable".
WAIT_SECONDS = 4.0
# How long one page waits for the members' requests: visitors must get on where members never pause.
YIELD_SECONDS = 0.1


class Turns:
    """The visitors who wait for a page to be made in this process, and how many requests of members are handled."""

    def __init__(self) -> None:
        # One at a time for each network, and there for each host: so one host's many do not stand before all others'.
        self._free = FairSemaphore(AT_ONCE)
        self._members = 0
        self._no_members = asyncio.Event()
        self._no_members.set()

    def begin_member(self) -> None:
        self._members += 1
        self._no_members.clear()

    def end_member(self) -> None:
        self._members -= 1
        if not self._members:
            self._no_members.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn to make a page. Raises Busy after WAIT_SECONDS."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await stack.enter_async_context(self._free.hold())
            except TimeoutError as error:
                LOAD_SHED.labels("visitors").inc()
                raise Busy(N_("The site is busy right now. Please try again in a moment."), RETRY_SECONDS) from error
            with suppress(TimeoutError):
                async with asyncio.timeout(YIELD_SECONDS):
                    await self._no_members.wait()
            yield


class MembersFirst:
    """ASGI middleware that counts the requests of members, until each is answered. The viewer must be known."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        is_visitor = scope.get("viewer") is None
        _turns.set(self._turns if is_visitor else None)
        await (self._app if is_visitor else self._handle_member)(scope, receive, send)

    async def _handle_member(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_handled = False

        def end() -> None:
            nonlocal is_handled
            if not is_handled:
                is_handled = True
                self._turns.end_member()

        async def send_and_end(message: Message) -> None:
            # A stream goes on for hours after its start.
            end()
            await send(message)

        self._turns.begin_member()
        try:
            await self._app(scope, receive, send_and_end)
        finally:
            end()


@asynccontextmanager
async def visitors_turn() -> AsyncIterator[None]:
    """Wait until a page may be made, if this is a visitor's request. Raises Busy when that takes too long."""
    turns = _turns.get()
    if turns is None:
        yield
        return
    # What it is made from may be kept apart, and must not wait again.
    _turns.set(None)
    try:
        async with turns.turn():
            yield
    finally:
        _turns.set(turns)


# Of the visitor whose request this task handles, while they have no turn.
_turns: ContextVar[Turns | None] = ContextVar("turns", default=None)
