"""5,000 streams on one process: how soon a comment is with everybody, and what a stream costs."""

import asyncio
import resource
from statistics import quantiles
from time import perf_counter
from urllib.parse import urlencode

from bench.ground import ROUNDS, Ground, Web, resident, web
from bench.load import request
from bench.report import Figure

WORDS = "The **figure** is old: see the table in the second part.\n\nWhat would change your mind about it?"
STREAMS = 5_000
# Connections opened at a time, so that the listening socket's queue is never full.
WAVE = 200
SECONDS = 30.0
FORM = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


class Round:
    """One message, and when each listener had it."""

    def __init__(self, mark: bytes) -> None:
        self.mark = mark
        self.waits: list[float] = []
        self.message = b""
        self.started = perf_counter()
        self.complete = asyncio.Event()

    def heard(self, data: bytes) -> None:
        self.message = self.message or data
        self.waits.append((perf_counter() - self.started) * 1000)
        if len(self.waits) == STREAMS:
            self.complete.set()


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


async def measure(ground: Ground) -> list[Figure]:
    _allow_files()
    thread = ground.community.read
    async with web() as running:
        at_rest = resident(running.process.pid)
        ours = await _open(running, f"/t/{thread}/live?last=1")
        each = (resident(running.process.pid) - at_rest) * 1000 / STREAMS
        warm_up = await _say(running, ours, thread, ground.community.cookies[0], 0)
        ground.keep("message", warm_up.message.partition(b"\r\n")[2].removesuffix(b"\r\n"))
        bare = await _open(running, "/bench/live")
        told, best = [], []
        for number in range(1, ROUNDS + 1):
            told.append(await _say(running, ours, thread, ground.community.cookies[number], number))
            best.append(await _say_bare(running, bare))
        for listener in (*ours, *bare):
            listener.transport.close()
    return [*_figures(told, best), Figure("live", "memory of a stream", "kB", [each], bar=40.0)]


def _figures(told: list[Round], best: list[Round]) -> list[Figure]:
    have, last = [float(len(one.waits)) for one in told], [max(one.waits) for one in told]
    slow = [quantiles(one.waits, n=100)[98] for one in told]
    rates = [STREAMS * 1000 / wait for wait in last]
    bare = [STREAMS * 1000 / max(one.waits) for one in best]
    return [
        Figure("live", "one comment to 5,000 streams: delivered", "of 5,000", have, bar=STREAMS, least=True),
        Figure("live", "one comment to 5,000 streams: p99", "ms", slow, bar=1_000.0),
        Figure("live", "one comment to 5,000 streams: all of it, deliveries", "/s", rates, bare, bar=0.5),
    ]


def _allow_files() -> None:
    """Let this process and those it starts have that many connections open."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _open(running: Web, path: str) -> list[Listener]:
    loop = asyncio.get_running_loop()
    listeners = [Listener(path) for _ in range(STREAMS)]
    for start in range(0, STREAMS, WAVE):
        wave = listeners[start : start + WAVE]
        await asyncio.gather(*(loop.create_connection(lambda x=one: x, "127.0.0.1", running.port) for one in wave))
        await asyncio.gather(*(one.opened for one in wave))
    return listeners


async def _say(running: Web, listeners: list[Listener], thread: int, cookie: str, number: int) -> Round:
    """Post a comment, and wait until all have it."""
    mark = f"round {number} of this"
    fields = urlencode({"body": f"{mark}: {WORDS}"})
    return await _round(running, listeners, mark, f"/t/{thread}/comments", fields.encode(), FORM | {"Cookie": cookie})


async def _say_bare(running: Web, listeners: list[Listener]) -> Round:
    return await _round(running, listeners, "round 0 of this", "/bench/say", b"", FORM)


async def _round(
    running: Web, listeners: list[Listener], mark: str, path: str, body: bytes, headers: dict[str, str]
) -> Round:
    one = Round(mark.encode())
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
