"""`parley` as a process of its own, forked from one that has already imported everything: that takes 0.1 s, not 2 s."""

import asyncio
import multiprocessing
import os
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Coroutine, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from parley.platform import failpoint
from parley.site import cli

# For a command, on a machine with much else to do.
SECONDS = 200
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([found.name for found in pkgutil.iter_modules(cli.__path__, "parley.site.cli.")])


def parley(
    *arguments: str | Path, typed: str = "", env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `parley` with these arguments until it ends, in this process's environment unless told otherwise."""
    command = [str(one) for one in arguments]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "0").write_text(typed)
        process = FORKS.Process(target=_run, args=(command, dict(env or os.environ), cwd or Path.cwd(), folder))
        process.start()
        process.join(SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(command, SECONDS)
        said, complained = ((folder / number).read_text() for number in "12")
        return subprocess.CompletedProcess(command, process.exitcode, said, complained)


def _run(command: list[str], env: dict[str, str], cwd: Path, folder: Path) -> None:
    for number, mode in enumerate((os.O_RDONLY, *2 * (os.O_WRONLY | os.O_CREAT,))):
        os.dup2(os.open(folder / str(number), mode), number)
    # What multiprocessing puts in its place is empty.
    sys.stdin = os.fdopen(0)
    os.chdir(cwd)
    _use(env)
    sys.argv = ["parley", *command]
    cli.main()


def start(work: Callable[[], Coroutine[Any, Any, None]], env: Mapping[str, str]) -> BaseProcess:
    """Run a function in a process of its own, in this environment."""
    process = FORKS.Process(target=_work, args=(work, dict(env)))
    process.start()
    return process


def _work(work: Callable[[], Coroutine[Any, Any, None]], env: dict[str, str]) -> None:
    _use(env)
    asyncio.run(work())


def _use(env: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    # What this process was forked from has read its own.
    failpoint.LABEL = env.get("FAULT_AT")
