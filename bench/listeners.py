"""Many streams at once, as so many browsers would hold them, and when each heard of something."""

import asyncio
import resource
from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter
from urllib.parse import urlencode

from bench.ground import Web
from bench.load import request

WORDS = "The **figure** is old: see the table in the second part.\n\nWhat would change your mind about it?"
# Connections opened at a time, so that the listening socket's queue is never full.
WAVE = 200
SECONDS = 30.0
# More than anything here opens.
FILES = 65_536
FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


class Round:
    """One message, and when each of `most` listeners had it."""

    def __init__(self, mark: bytes, most: int) -> None:
        self.mark = mark
        self.most = most
        self.waits: list[float] = []
        self.message = b""
        self.started = perf_counter()
        self.complete = asyncio.Event()

    def heard(self, data: bytes) -> None:
        self.message = self.message or data
        self.waits.append((perf_counter() - self.started) * 1000)
        if len(self.waits) == self.most:
            self.complete.set()

    @property
    def rate(self) -> float:
        """Deliveries a second, until the last had it."""
        return self.most * 1000 / max(self.waits)


class Listener(asyncio.Protocol):
    """A stream that waits for the mark of the round; `opened` is done when the server answers."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.round: Round | None = None
        self.before = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] it is a socket's
        self.transport = transport
        transport.write(request("GET", self.path))

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            if not data.startswith(b"HTTP/1.1 200"):
                self.opened.set_exception(RuntimeError(f"no stream: {data[:60]!r}"))
                return
            self.opened.set_result(None)
        # A mark may come in two pieces.
        if self.round is not None and self.round.mark in self.before + data:
            heard, self.round = self.round, None
            heard.heard(data)
        self.before = data[-32:]


def allow_files() -> None:
    """Let this process and those it starts have that many connections open, or as many as it may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, max(FILES, most)))
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def open_streams(running: Web, path: str, streams: int) -> list[Listener]:
    loop = asyncio.get_running_loop()
    listeners = [Listener(path) for _ in range(streams)]
    for start in range(0, streams, WAVE):
        wave = listeners[start : start + WAVE]
        await asyncio.gather(*(loop.create_connection(lambda x=one: x, "127.0.0.1", running.port) for one in wave))
        await asyncio.gather(*(one.opened for one in wave))
    return listeners


async def say(running: Web, listeners: Sequence[Listener], thread: int, cookie: str, number: int) -> Round:
    """Post a comment, and wait until all have it."""
    mark = f"round {number} of this"
    fields = urlencode({"body": f"{mark}: {WORDS}"})
    return await _round(running, listeners, mark, f"/t/{thread}/comments", fields.encode(), FORM | {"Cookie": cookie})


async def say_bare(running: Web, listeners: Sequence[Listener]) -> Round:
    return await _round(running, listeners, "round 0 of this", "/bench/say", b"", FORM)


async def _round(
    running: Web, listeners: Sequence[Listener], mark: str, path: str, body: bytes, headers: dict[str, str]
) -> Round:
    one = Round(mark.encode(), len(listeners))
    for listener in listeners:
        listener.round = one
    answer = await running.http.post(path, content=body, headers=headers)
    if answer.is_error:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    try:
        await asyncio.wait_for(one.complete.wait(), SECONDS)
    except TimeoutError:
        # The figure says how many had it.
        one.waits.append(SECONDS * 1000)
    return one
