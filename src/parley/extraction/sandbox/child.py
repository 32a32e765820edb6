"""Child processes that read untrusted bytes, with limits on time and memory and without this process's secrets."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable

import anyio

_MEMORY = 2_000_000_000  # bytes
_LARGEST = 150_000_000  # bytes of an answer, all of which the parent reads
_WAITING = 3  # times as long as it may compute, since on a busy machine it shares the processors with others


class Exceeded(Exception):
    """The child process needed too much time or memory, or crashed."""


async def run(module: str, request: bytes, seconds: int) -> bytes:
    """Run `python -m module`, send it `request`, and return its answer.

    Raises Exceeded when it computes for more than `seconds`, or takes three times as long.
    """
    environment = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    try:
        with anyio.fail_after(_WAITING * seconds):
            done = await anyio.run_process(
                [sys.executable, "-m", module, str(seconds)],
                input=request,
                stderr=subprocess.DEVNULL,
                check=False,
                env=environment,
            )
    except TimeoutError:
        raise Exceeded from None
    if done.returncode:
        raise Exceeded
    return done.stdout


def main(answer: Callable[[bytes], bytes]) -> None:
    """Answer the request on standard input, within the seconds that the first argument gives, or exit with 1."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    answered = answer(sys.stdin.buffer.read())
    if len(answered) > _LARGEST:
        sys.exit(1)
    sys.stdout.buffer.write(answered)
