"""Members first: pages made anew for visitors are few at a time, and begin while no member's request is handled.

Making one takes 10 to 40 ms of the event loop. A crowd that asks for many different pages would otherwise fill it, and
each member's request would wait for a part of all of them. Kept pages cost nothing and never wait.

Of one member a process handles one page at a time, so that one who asks for many does not keep the others waiting: a
page that had to wait for another of theirs begins while no other member's request is handled, as a visitor's does.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from parley.platform.concurrency import FairSemaphore, KeyedSemaphore
from parley.platform.errors import Busy
from parley.platform.observability.load_shedding import RETRY_SECONDS
from parley.platform.observability.metrics import LOAD_SHED
from parley.platform.text.messages import N_

# Two, so that one that waits for a slow query does not stop the others.
AT_ONCE = 2
# Longer than this nobody waits for a turn; the answer is then "503 Service Unavailable".
WAIT_SECONDS = 4.0
# How long one page waits for the members' requests: visitors must get on where members never pause.
YIELD_SECONDS = 0.1


class Turns:
    """The visitors who wait for a page to be made in this process, and how many requests of members are handled."""

    def __init__(self) -> None:
        # One at a time for each network, and there for each host: so one host's many do not stand before all others'.
        self._free = FairSemaphore(AT_ONCE)
        self._of_member = KeyedSemaphore(1)
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
        """Wait for a turn to make a page for a visitor. Raises Busy after WAIT_SECONDS."""
        async with _soon("visitors", self._free.hold()):
            await self._yield_to_members()
            yield

    @asynccontextmanager
    async def of_member(self, member: str) -> AsyncIterator[None]:
        """Wait until no other page of this member is made. Raises Busy after WAIT_SECONDS."""
        must_wait = self._of_member.is_held(member)
        async with _soon("members", self._of_member.hold(member)):
            if must_wait:
                await self._yield_to_members()
            yield

    async def _yield_to_members(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(YIELD_SECONDS):
                await self._no_members.wait()


@asynccontextmanager
async def _soon(kind: str, turn: AbstractAsyncContextManager[None]) -> AsyncIterator[None]:
    """Hold a turn meanwhile. Raises Busy when it does not come within WAIT_SECONDS."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await stack.enter_async_context(turn)
        except TimeoutError as error:
            LOAD_SHED.labels(kind).inc()
            raise Busy(N_("The site is busy right now. Please try again in a moment."), RETRY_SECONDS) from error
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
        viewer: Any = scope.get("viewer")
        _turns.set(self._turns if viewer is None else None)
        if viewer is None:
            await self._app(scope, receive, send)
        else:
            await self._handle_member(viewer, scope, receive, send)

    async def _handle_member(self, viewer: Any, scope: Any, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as turn:
            # Forms never wait, nor do moderators.
            if scope["method"] != "POST" and not viewer.is_staff:
                try:
                    await turn.enter_async_context(self._turns.of_member(str(viewer.id)))
                except Busy as error:
                    # For `check_access`, so that the answer is a page.
                    scope["busy"] = error
            self._turns.begin_member()
            turn.callback(self._turns.end_member)
            _of_member.set(self._turns)

            async def send_and_end(message: Message) -> None:
                # A stream goes on for hours after its start.
                await turn.aclose()
                await send(message)

            await self._app(scope, receive, send_and_end)


@contextmanager
def aside() -> Iterator[None]:
    """Keep no visitor waiting for this request of a member meanwhile, since it waits itself, for another site."""
    turns = _of_member.get()
    if turns is None:
        yield
        return
    turns.end_member()
    try:
        yield
    finally:
        turns.begin_member()


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
# Of the member whose request this task handles.
_of_member: ContextVar[Turns | None] = ContextVar("of_member", default=None)
