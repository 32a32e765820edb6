"""One reader's stream: a bounded queue of messages, and the connection to the browser that they are sent to."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from time import monotonic
from types import coroutine
from typing import Any, TypeVar

from litestar.types import Receive, Send

from parley.interfaces.live import render
from parley.people.accounts.viewer import Viewer
from parley.platform.text.languages import Language, speaking, spoken

# More than LiveSettings.max_behind: that many events are queued at once for a reader that catches up. If the queue is
# full, the reader has to load the page again.
MAX_QUEUED = 250
MAX_QUEUED_BYTES = 500_000
# The connection buffers what it cannot send at once, so pass it at most this many bytes, or one message if
# that is larger.
CHUNK_BYTES = 65_536
JITTER_SECONDS = 120.0
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # Otherwise a proxy may buffer a message until the next one arrives.
    (b"x-accel-buffering", b"no"),
]


class Stream:
    """The messages for one open page. `thread` is 0 if the page is not a thread's.

    Streams are counted by `session` or, for visitors, by `address` (limits.py). Comments in other languages than those
    that `reads` names, if any, arrive folded.
    """

    __slots__ = (
        "_aborted", "_bytes", "_closed", "_ended", "_is_scheduled", "_queue", "_readers", "_send", "_sending_since",
        "_task", "_unread", "address", "jitter", "language", "member", "opened_at", "reads", "sent_at", "seq",
        "session", "thread",
    )  # fmt: skip

    def __init__(
        self,
        thread: int,
        address: str,
        session: int | None,
        member: int | None = None,
        reads: tuple[str, ...] = (),
    ) -> None:
        self.thread = thread
        self.address = address
        self.session = session
        self.member = member
        self.reads = reads
        self.seq = 0
        self.language = spoken()
        self.opened_at = self.sent_at = monotonic()
        self.jitter = random.uniform(0, JITTER_SECONDS)  # noqa: S311 spreads reconnects, no secret
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._send: Send | None = None
        self._sending_since: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed: asyncio.Future[None] | None = None
        self._ended = self._aborted = self._is_scheduled = False
        self._readers = 0
        self._unread: int | None = None

    def put(self, message: bytes, seq: int | None = None) -> None:
        """Queue a message, unless its event number shows that it was sent before."""
        if self._ended:
            return
        if seq is not None:
            if seq <= self.seq:
                return
            self.seq = seq
        if len(self._queue) >= MAX_QUEUED or self._bytes + len(message) > MAX_QUEUED_BYTES:
            self._clear()
            message = render.RESYNC
        self._queue.append(message)
        self._bytes += len(message)
        self._schedule()

    def send_readers(self, readers: int, message: bytes) -> None:
        """Send the number of readers if it changed."""
        if readers != self._readers:
            self._readers = readers
            self.put(message)

    def send_unread(self, unread: int, message: bytes) -> None:
        """Send the number of the member's unread notifications if it changed."""
        if unread != self._unread:
            self._unread = unread
            self.put(message)

    def end(self, message: bytes) -> None:
        """Send a last message and end."""
        self.put(message)
        self._ended = True
        self._schedule()

    def abort(self) -> None:
        """End at once, because the connection is stuck."""
        self._aborted = True
        if self._task is not None:
            self._task.cancel()
        self._finish()

    def stuck_for(self, now: float) -> float:
        """Return for how many seconds the connection has not accepted the message being sent."""
        return now - self._sending_since if self._sending_since is not None else 0.0

    async def run(self, receive: Receive, send: Send) -> bool:
        """Send queued messages until the reader leaves or the stream ends. Returns False if it was aborted."""
        self._send, self._closed = send, asyncio.get_running_loop().create_future()
        disconnected = asyncio.ensure_future(_wait_for_disconnect(receive))
        disconnected.add_done_callback(lambda _: self._leave())
        self._schedule()
        try:
            await self._closed
        finally:
            self._send = None
            disconnected.cancel()
            if self._task is not None:
                self._task.cancel()
        return not self._aborted

    def _schedule(self) -> None:
        """Send soon, so that messages queued in one step of the event loop are sent together."""
        if self._send is not None and self._sending_since is None and not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        """Send queued messages, without a task as long as the connection accepts them at once."""
        self._is_scheduled = False
        try:
            while self._queue and self._send is not None:
                self.sent_at = self._sending_since = monotonic()
                rest = _run_until_waiting(
                    self._send({"type": "http.response.body", "body": self._next_chunk(), "more_body": True})
                )
                if rest is not None:
                    self._task = asyncio.get_running_loop().create_task(self._send_rest(rest))
                    return
                self._sending_since = None
        except Exception as error:  # noqa: BLE001 `run` raises it
            self._finish(error)
        if self._ended:
            self._finish()

    async def _send_rest(self, rest: Awaitable[None]) -> None:
        """Wait for a slow reader, then send the rest."""
        try:
            await rest
        except Exception as error:  # noqa: BLE001 `run` raises it
            self._finish(error)
            return
        self._sending_since = self._task = None
        self._flush()

    def _next_chunk(self) -> bytes:
        """Remove and return all queued messages, or only the first one if they are large."""
        if self._bytes > CHUNK_BYTES:
            first = self._queue.popleft()
            self._bytes -= len(first)
            return first
        waiting = b"".join(self._queue)
        self._clear()
        return waiting

    def _clear(self) -> None:
        self._queue.clear()
        self._bytes = 0

    def _leave(self) -> None:
        self._ended = True
        self._clear()
        self._finish()

    def _finish(self, error: Exception | None = None) -> None:
        if self._closed is None or self._closed.done():
            return
        if error is None:
            self._closed.set_result(None)
        else:
            self._closed.set_exception(error)


class NotificationStream(Stream):
    """One open page of notifications; `shown` is the number of unread notifications on it."""

    __slots__ = ("shown",)

    def __init__(self, viewer: Viewer, shown: int) -> None:
        super().__init__(0, "", viewer.session, member=viewer.id)
        self.shown = shown

    def send_unread(self, unread: int, message: bytes) -> None:
        """Send the number, and how many there are besides those on the page."""
        with speaking(self.language):
            super().send_unread(unread, message + render.more_notifications(max(0, unread - self.shown)))


Made = TypeVar("Made")


def by_language(streams: Iterable[Stream], make: Callable[[], Made]) -> dict[Language, Made]:
    """Return what `make` makes in each language of the readers of these streams."""
    made = {}
    for language in {stream.language for stream in streams}:
        with speaking(language):
            made[language] = make()
    return made


def _run_until_waiting(sending: Awaitable[None]) -> Awaitable[None] | None:
    """Run `sending` until it first waits, and return the rest, or None if it has finished, as it nearly always has.

    Waking a task for each stream would cost as much as the sending (docs/performance.md).
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


async def _wait_for_disconnect(receive: Receive) -> None:
    """Return when the browser has disconnected."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
