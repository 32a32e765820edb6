"""Many streams at once, as so many browsers would hold them, and when each received a message."""

import asyncio
import resource
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from statistics import quantiles
from time import perf_counter
from typing import Any, Self, cast
from urllib.parse import urlencode

import uvloop

from bench.harness import Web
from bench.load import request

WORDS = "The **figure** is old: see the table in the second part.\n\nWhat would change your mind about it?"
# Connections opened at a time, so that the listening socket's queue is never full.
WAVE = 200
SECONDS = 30.0
FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


class Listener(asyncio.Protocol):
    """A stream that waits for a mark; `opened` is done when the server answers."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waits_for: tuple[bytes, Callable[[bytes], None]] | None = None
        self.before = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(request("GET", self.path))

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            if not data.startswith(b"HTTP/1.1 200"):
                self.opened.set_exception(RuntimeError(f"no stream: {data[:60]!r}"))
                return
            self.opened.set_result(None)
        # A mark may come in two pieces.
        if self.waits_for is not None and self.waits_for[0] in self.before + data:
            (_, received), self.waits_for = self.waits_for, None
            received(data)
        self.before = data[-32:]


class Audience:
    """Streams of this process, and the moments at which each received what all wait for."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.listeners = listeners
        self.times: list[float] = []
        self.message = b""
        self._complete = asyncio.Event()

    @classmethod
    async def open(cls, port: int, path: str, streams: int) -> Self:
        listeners = [Listener(path) for _ in range(streams)]
        for start in range(0, streams, WAVE):
            await asyncio.gather(*(connect(port, one) for one in listeners[start : start + WAVE]))
        return cls(listeners)

    async def expect(self, mark: bytes) -> None:
        self.times, self.message, self._complete = [], b"", asyncio.Event()
        for listener in self.listeners:
            listener.waits_for = (mark, self._hear)

    async def received(self) -> list[float]:
        """The moments by `perf_counter`, which all processes share; fewer than streams when some received nothing."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._complete.wait(), SECONDS)
        return self.times

    def _hear(self, data: bytes) -> None:
        self.message = self.message or data
        self.times.append(perf_counter())
        if len(self.times) == len(self.listeners):
            self._complete.set()

    def close(self) -> None:
        for listener in self.listeners:
            listener.transport.close()


class Far:
    """An audience in a process of its own, since a process may have only so many files open."""

    def __init__(self, process: SpawnProcess, pipe: Connection) -> None:
        self._process, self._pipe = process, pipe

    @classmethod
    async def open(cls, port: int, path: str, streams: int) -> Self:
        ours, theirs = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=_listen, args=(theirs, port, path, streams))
        process.start()
        far = cls(process, ours)
        await far._answer()
        return far

    async def expect(self, mark: bytes) -> None:
        self._pipe.send(mark)
        await self._answer()

    async def received(self) -> list[float]:
        times: list[float] = await self._answer()
        return times

    def close(self) -> None:
        self._pipe.send(None)
        self._process.join()

    async def _answer(self) -> Any:
        return await asyncio.to_thread(self._pipe.recv)


def _listen(pipe: Connection, port: int, path: str, streams: int) -> None:
    uvloop.run(_serve(pipe, port, path, streams))


async def _serve(pipe: Connection, port: int, path: str, streams: int) -> None:
    allow_files()
    audience = await Audience.open(port, path, streams)
    pipe.send(None)
    while (mark := await asyncio.to_thread(pipe.recv)) is not None:
        await audience.expect(mark)
        pipe.send(None)
        pipe.send(await audience.received())
    audience.close()


async def connect(port: int, listener: Listener) -> None:
    await asyncio.get_running_loop().create_connection(lambda: listener, "127.0.0.1", port)
    await listener.opened


def allow_files() -> None:
    """Let this process and those it starts have as many files open as they may."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def say(running: Web, audiences: Sequence[Audience | Far], thread: int, cookie: str, number: int) -> list[float]:
    """Post a comment; return after how many milliseconds each stream had it."""
    mark = f"round {number} of this"
    fields = urlencode({"body": f"{mark}: {WORDS}"})
    return await _round(running, audiences, mark, f"/t/{thread}/comments", fields.encode(), FORM | {"Cookie": cookie})


async def say_bare(running: Web, audience: Audience | Far) -> list[float]:
    """Have the message of round 0 sent without anything around it."""
    return await _round(running, [audience], "round 0 of this", "/bench/say", b"", FORM)


async def _round(
    running: Web, audiences: Sequence[Audience | Far], mark: str, path: str, body: bytes, headers: dict[str, str]
) -> list[float]:
    for audience in audiences:
        await audience.expect(mark.encode())
    started = perf_counter()
    answer = await running.http.post(path, content=body, headers=headers)
    if answer.is_error:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return [(at - started) * 1000 for audience in audiences for at in await audience.received()]


def p95(waits: Sequence[float]) -> float:
    return quantiles(waits, n=100)[94]


def p99(waits: Sequence[float]) -> float:
    return quantiles(waits, n=100)[98]
