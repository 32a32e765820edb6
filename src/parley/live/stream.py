"""One reader's stream: a bounded queue on one side, the browser's connection on the other."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Generator
from time import monotonic
from types import coroutine
from typing import Any

from litestar.types import Receive, Send

from parley.live import render

# Messages waiting for one reader, more than the hub lets it catch up. One further behind loads the page again.
WAITING = 250
WAITING_BYTES = 500_000
# The connection keeps a second copy of what it could not pass on: it is given no more than this at once.
AT_ONCE_BYTES = 65_536
JITTER_SECONDS = 120.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Proxies that buffer would hold a comment back until the next one.
    (b"x-accel-buffering", b"no"),
]


class Stream:
    """Messages for one reader of one thread.

    `owner` is whom the caps count: a session or an address.
    """

    __slots__ = (
        "_bytes", "_cut", "_ended", "_is_due", "_over", "_queue", "_readers", "_send", "_sending", "_task", "_unread",
        "born", "jitter", "member", "owner", "seq", "session", "spoke", "thread",
    )  # fmt: skip

    def __init__(
        self,
        thread: int,
        owner: str,
        session: int | None,
        member: int | None = None,
    ) -> None:
        self.thread = thread
        self.owner = owner
        self.session = session
        self.member = member
        self.seq = 0
        self.born = self.spoke = monotonic()
        self.jitter = random.uniform(0, JITTER_SECONDS)  # noqa: S311 spreads reconnects, no secret
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._send: Send | None = None
        self._sending: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._over: asyncio.Future[None] | None = None
        self._ended = self._cut = self._is_due = False
        self._readers = 0
        self._unread: int | None = None

    def put(self, message: bytes, seq: int | None = None) -> None:
        """Queue a message; one with an event number that was told already is dropped."""
        if self._ended:
            return
        if seq is not None:
            if seq <= self.seq:
                return
            self.seq = seq
        if len(self._queue) >= WAITING or self._bytes + len(message) > WAITING_BYTES:
            self._forget()
            message = render.resync()
        self._queue.append(message)
        self._bytes += len(message)
        self._wake()

    def say_readers(self, readers: int, message: bytes) -> None:
        """Tell how many are reading, when that changed."""
        if readers != self._readers:
            self._readers = readers
            self.put(message)

    def say_unread(self, unread: int, message: bytes) -> None:
        """Tell how many notifications its member has to read, when that changed."""
        if unread != self._unread:
            self._unread = unread
            self.put(message)

    def end(self, message: bytes) -> None:
        """Say goodbye and end."""
        self.put(message)
        self._ended = True
        self._wake()

    def cut(self) -> None:
        """End without a word, for a reader that takes none."""
        self._cut = True
        if self._task is not None:
            self._task.cancel()
        self._finish()

    def stuck_for(self, now: float) -> float:
        """Seconds that the message being sent has waited for the reader."""
        return now - self._sending if self._sending is not None else 0.0

    async def run(self, receive: Receive, send: Send) -> bool:
        """Send what is queued until the reader leaves or the stream is ended; False for one that was cut off."""
        self._send, self._over = send, asyncio.get_running_loop().create_future()
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: self._leave())
        self._wake()
        try:
            await self._over
        finally:
            self._send = None
            gone.cancel()
            if self._task is not None:
                self._task.cancel()
        return not self._cut

    def _wake(self) -> None:
        """Send soon, so that what is queued in one step of the loop goes together."""
        if self._send is not None and self._sending is None and not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Send what is queued, without a task as long as the connection takes it at once."""
        self._is_due = False
        try:
            while self._queue and self._send is not None:
                self.spoke = self._sending = monotonic()
                rest = _begin(self._send({"type": "http.response.body", "body": self._take(), "more_body": True}))
                if rest is not None:
                    self._task = asyncio.get_running_loop().create_task(self._send_rest(rest))
                    return
                self._sending = None
        except Exception as error:  # noqa: BLE001 `run` raises it
            self._finish(error)
        if self._ended:
            self._finish()

    async def _send_rest(self, rest: Awaitable[None]) -> None:
        """Wait for a reader that is slower than its thread."""
        try:
            await rest
        except Exception as error:  # noqa: BLE001 `run` raises it
            self._finish(error)
            return
        self._sending = self._task = None
        self._flush()

    def _take(self) -> bytes:
        """All that waits, or its first message when that is a lot."""
        if self._bytes > AT_ONCE_BYTES:
            first = self._queue.popleft()
            self._bytes -= len(first)
            return first
        waiting = b"".join(self._queue)
        self._forget()
        return waiting

    def _forget(self) -> None:
        self._queue.clear()
        self._bytes = 0

    def _leave(self) -> None:
        self._ended = True
        self._forget()
        self._finish()

    def _finish(self, error: Exception | None = None) -> None:
        if self._over is None or self._over.done():
            return
        if error is None:
            self._over.set_result(None)
        else:
            self._over.set_exception(error)


def _begin(sending: Awaitable[None]) -> Awaitable[None] | None:
    """Run `sending` up to where it first waits, and return its rest; None when it is through, as it nearly always is.

    Waking a task for each stream costs as much as the sending itself (docs/performance.md).
    """
    steps = sending.__await__()
    try:
        waited_for = next(steps)
    except StopIteration:
        return None
    return _rest(waited_for, steps)


@coroutine
def _rest(waited_for: Any, steps: Generator[Any, Any, None]) -> Generator[Any, Any, None]:
    try:
        yield waited_for
    except BaseException:
        steps.close()
        raise
    yield from steps


async def _gone(receive: Receive) -> None:
    """Return when the browser has gone."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
