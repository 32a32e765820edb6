"""The analysis in a process of its own with low priority: no other job waits for it, and numpy stays out of here.

The answers go in and the analysis comes out through pipes; nothing about a single member is written anywhere.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping

import anyio
import msgspec

from parley.discussion.opinion_model.analysis import Analysis, Verdict, Votes

_MEMORY = 2_000_000_000  # bytes of address space, of which numpy's threads reserve most
_SECONDS = 300
_NICENESS = 15


class AnalysisFailed(Exception):
    """The analysis took too long or too much memory; the text says which."""


class Request(msgspec.Struct, frozen=True):
    votes: Votes
    seed: int
    previous: Analysis | None
    shown: Mapping[str, Verdict]


async def analyse(request: Request) -> Analysis:
    """Return the analysis of a thread's answers. Raises AnalysisFailed if it took too long or too much memory."""
    # One thread: the work is many small sums, and another core is for those who wait.
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        with anyio.fail_after(_SECONDS):
            done = await anyio.run_process(
                [sys.executable, "-m", __name__],
                input=msgspec.msgpack.encode(request),
                stderr=subprocess.DEVNULL,
                check=False,
                env=environment,
            )
    except TimeoutError:
        raise AnalysisFailed("The analysis took too long.") from None
    if done.returncode:
        raise AnalysisFailed("The analysis failed.")
    return msgspec.msgpack.decode(done.stdout, type=Analysis)


def main() -> None:
    from parley.discussion.opinion_model.analyse import analyse  # noqa: PLC0415 numpy stays out of the parent

    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    request = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Request)
    analysis = analyse(request.votes, seed=request.seed, previous=request.previous, shown=request.shown)
    sys.stdout.buffer.write(msgspec.msgpack.encode(analysis))


if __name__ == "__main__":
    main()
