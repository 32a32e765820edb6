"""The real web process with a few routes more, which say what the machine can do at best. Run as `parley web` is."""

from collections.abc import Awaitable, Callable
from functools import cache
from os import environ
from pathlib import Path
from time import process_time
from typing import Any

from litestar import MediaType, Response, asgi, get, post
from litestar.params import FromPath
from litestar.types import Receive, Scope, Send

from parley.interfaces.live.stream import HEADERS
from parley.interfaces.pages import home
from parley.platform.http.access import ANYONE
from parley.platform.observability.metrics import RETRIES
from parley.site.cli.serve import web

# The folder with the bytes of pages, which the harness has put there.
FOLDER = "BENCH_FOLDER"
ENCODINGS = {"gz": "gzip", "zst": "zstd"}


@cache
def _bytes(name: str) -> bytes:
    return (Path(environ[FOLDER]) / name).read_bytes()


@get("/bench/bytes/{name:str}", opt={"who": ANYONE})
async def same_bytes(name: FromPath[str]) -> Response[bytes]:
    """The bytes of a page, without any work for them: the ceiling of reading."""
    encoding = ENCODINGS.get(name.rpartition(".")[2])
    headers = {"Content-Encoding": encoding} if encoding else {}
    return Response(_bytes(name), media_type=MediaType.HTML, headers=headers)


@get("/bench/cpu", opt={"who": ANYONE}, media_type=MediaType.TEXT)
async def cpu() -> str:
    """Milliseconds of processor that this process has used so far."""
    return f"{process_time() * 1000}\n"


@get("/bench/retries", opt={"who": ANYONE}, media_type=MediaType.TEXT)
async def retries() -> str:
    """How many posts this process has checked and written again."""
    samples = (sample for metric in RETRIES.collect() for sample in metric.samples if sample.name.endswith("_total"))
    return f"{sum(sample.value for sample in samples)}\n"


_listening: set[Send] = set()


@asgi("/bench/live", opt={"who": ANYONE})
async def bare_live(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 Litestar asks for it
    """A stream that only listens: the ceiling of a broadcast."""
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
    _listening.add(send)
    while (await receive())["type"] != "http.disconnect":
        pass
    _listening.discard(send)


@post("/bench/say", opt={"who": ANYONE}, status_code=200)
async def say() -> None:
    """Send the bytes of a message to everybody who listens."""
    message: Any = {"type": "http.response.body", "body": _bytes("message"), "more_body": True}
    for send in _listening:
        sent: Callable[[Any], Awaitable[None]] = send
        await sent(message)


handlers: list[object] = [same_bytes, cpu, retries, bare_live, say]

if __name__ == "__main__":
    home.handlers += handlers
    web()
