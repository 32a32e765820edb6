"""One reader's stream: a bounded queue on one side, the browser's connection on the other."""

import asyncio
import random
from collections import deque
from time import monotonic

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
    """Messages for one reader of one thread. `owner` is whom the caps count: a session or an address."""

    __slots__ = (
        "_bytes", "_cut", "_ended", "_queue", "_readers", "_sending", "_task", "_waker",
        "born", "jitter", "owner", "seq", "session", "spoke", "thread",
    )  # fmt: skip

    def __init__(self, thread: int, owner: str, session: int | None) -> None:
        self.thread = thread
        self.owner = owner
        self.session = session
        self.seq = 0
        self.born = self.spoke = monotonic()
        self.jitter = random.uniform(0, JITTER_SECONDS)  # noqa: S311 spreads reconnects, no secret
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._waker: asyncio.Future[None] | None = None
        self._sending: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = self._cut = False
        self._readers = 0

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

    def end(self, message: bytes) -> None:
        """Say goodbye and end."""
        self.put(message)
        self._ended = True
        self._wake()

    def cut(self) -> None:
        """End without a word, for a reader that takes none."""
        if self._task is not None:
            self._cut = True
            self._task.cancel()

    def stuck_for(self, now: float) -> float:
        """Seconds that the message being sent has waited for the reader."""
        return now - self._sending if self._sending is not None else 0.0

    async def run(self, receive: Receive, send: Send) -> bool:
        """Send what is queued until the reader leaves or the stream is ended; False for one that was cut off."""
        self._task = asyncio.current_task()
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: self._leave())
        try:
            await self._send_all(send)
        except asyncio.CancelledError:
            if not self._cut:
                raise
        finally:
            gone.cancel()
        return not self._cut

    async def _send_all(self, send: Send) -> None:
        while True:
            while self._queue:
                self.spoke = self._sending = monotonic()
                await send({"type": "http.response.body", "body": self._take(), "more_body": True})
                self._sending = None
            if self._ended:
                return
            self._waker = asyncio.get_running_loop().create_future()
            await self._waker

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
        self._wake()

    def _wake(self) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)


async def _gone(receive: Receive) -> None:
    """Return when the browser has gone."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
