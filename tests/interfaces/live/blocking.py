"""A web process with routes that block its loop: `blocking.py --port 8000`. The watchdog ends it after 5 s."""

import re
import sys
import time
from types import SimpleNamespace

from litestar import get

import parley.site.app
from parley.platform.http.access import ANYONE
from parley.platform.observability import watchdog
from parley.site.cli import serve


def use_cpu(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


@get("/busy", opt={"who": ANYONE})
async def busy() -> None:
    """Use 300 ms of CPU."""
    use_cpu(0.3)


@get("/sleepy", opt={"who": ANYONE})
async def sleepy() -> None:
    """Block the loop for 300 ms without using CPU."""
    time.sleep(0.3)


@get("/stuck", opt={"who": ANYONE})
async def stuck() -> None:
    """Block the loop for ever."""
    while True:
        time.sleep(0.01)


@get("/greedy", opt={"who": ANYONE})
async def greedy() -> None:
    """Hold the GIL for hours: this pattern tries every split of the text."""
    re.fullmatch("(a|aa)+b", "a" * 100)


if __name__ == "__main__":
    handlers = [busy, sleepy, stuck, greedy]
    parley.site.app.FEATURES += (SimpleNamespace(handlers=handlers),)  # type: ignore[assignment]
    serve.HANG_SECONDS = watchdog.GIL_SECONDS = 5.0
    serve.web(sys.argv[1:])
