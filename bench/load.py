"""A load generator: connections that are never idle, each sending its next request when the last is answered.

It stays small so that it takes little of the machine that it measures (docs/performance.md compares it with wrk).
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from statistics import quantiles
from time import perf_counter
from typing import cast

import msgspec

HEAD_END = b"\r\n\r\n"
FORM = "application/x-www-form-urlencoded"


class Load(msgspec.Struct):
    """What a load did: answers by the second, milliseconds for each, and how many were no success."""

    rate: float
    waits: list[float]
    failures: int

    @property
    def p99(self) -> float:
        return quantiles(self.waits, n=100)[-1] if len(self.waits) > 1 else max(self.waits, default=0.0)


class Connection(asyncio.Protocol):
    """One keep-alive connection. Answers must carry Content-Length, as all of ours do.

    Its client has a network of their own, as a proxy would say: readers seldom share one, and each is served in turn
    (platform/http/fair_share.py).
    """

    def __init__(self, number: int, requests: Iterator[bytes], load: Load, until: float, pause: float) -> None:
        self.requests, self.load, self.until, self.pause = requests, load, until, pause
        self.line_end = f"\r\nX-Forwarded-For: 192.0.{number % 256}.1\r\n".encode()
        self.head, self.left = b"", 0
        self.sent = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            return
        if b"X-Forwarded-For" not in request:
            request = request.replace(b"\r\n", self.line_end, 1)
        self.head, self.left, self.sent = b"", -1, perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.left >= 0:
            self.left -= len(data)
        else:
            self.head += data
            end = self.head.find(HEAD_END)
            if end < 0:
                return
            self.left = _length(self.head[:end]) - (len(self.head) - end - len(HEAD_END))
        if self.left == 0:
            self._count()

    def _count(self) -> None:
        now = perf_counter()
        self.load.waits.append((now - self.sent) * 1000)
        self.load.failures += not self.head.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3"))
        if now < self.until:
            if self.pause:
                asyncio.get_running_loop().call_later(self.pause, self.send)
            else:
                self.send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.load.failures += 1
        self.done.set_result(None)


async def drive(
    port: int,
    requests: Iterator[bytes],
    *,
    seconds: float,
    connections: int = 16,
    pause: float = 0.0,
    may_refuse: bool = False,
) -> Load:
    """Send `requests` to a local server for `seconds` or until there are no more, each connection with a `pause`.

    Raises RuntimeError when any was refused, unless that is expected.
    """
    load = Load(0, [], 0)
    started = perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(
            partial(Connection, number, requests, load, started + seconds, pause), "127.0.0.1", port
        )
        for number in range(connections)
    ]
    await asyncio.wait_for(asyncio.gather(*(one.done for _, one in made)), seconds + 30)
    load.rate = len(load.waits) / (perf_counter() - started)
    if load.failures and not may_refuse:
        raise RuntimeError(f"{load.failures} of {len(load.waits)} answers were no success")
    return load


def request(method: str, path: str, body: bytes = b"", /, **headers: str) -> bytes:
    """The bytes of one request; `accept_encoding="gzip"` becomes that header."""
    if method != "GET":
        headers = {"Content_Type": FORM, "Content_Length": str(len(body))} | headers
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Sec-Fetch-Site: same-origin"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
