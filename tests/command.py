"""`parley` as a process of its own, forked from one that has already imported everything: that takes 0.1 s, not 2 s."""

import multiprocessing
import os
import pkgutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from parley import cli

SECONDS = 60
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([found.name for found in pkgutil.iter_modules(cli.__path__, "parley.cli.")])


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
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["parley", *command]
    cli.main()
