"""One supervised process: started in a session of its own, waited for until it serves, stopped in good order."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
import psutil

from parley.embedded.folder import CannotStart, Folder

LOG_BYTES = 5_000_000
STEP_SECONDS = 0.02


def quiet(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Run:
    """What the services of one run share. `pause` may raise to give up a start that is under way."""

    folder: Folder
    say: Callable[[str], None] = quiet
    pause: Callable[[float], None] = time.sleep


class Trace(msgspec.Struct):
    """How a process is found again after its supervisor was killed. `created` tells it from a later namesake."""

    pid: int
    created: float


class Service:
    """A process that is started, asked whether it serves yet, and stopped."""

    title = "A part of Parley"
    stop_signal = signal.SIGTERM
    # A supervisor that is killed takes its services along: this is the signal that they then get.
    orphan_signal = signal.SIGTERM
    last_signal = signal.SIGKILL
    patience = 10.0

    def __init__(self, run: Run, name: str) -> None:
        self.run = run
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def serves(self) -> bool:
        return True

    def environment(self) -> Mapping[str, str]:
        return os.environ

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self.process.pid

    def start(self) -> None:
        """Start the process and return when it serves; raise CannotStart when it ends before."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        self.end_orphan()
        bound(self.run.folder.log(self.name))
        with self.run.folder.log(self.name).open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 our own binaries
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=self.environment(),
            )
        self._leave_trace(self.process.pid)

    def wait(self) -> None:
        """Return when the process serves, however long that takes as long as it lives."""
        begun = shown = time.monotonic()
        while not self.serves():
            if not self.alive:
                raise CannotStart(self.why_it_ended())
            self.run.pause(STEP_SECONDS)
            if time.monotonic() - shown > 2:  # noqa: PLR2004 seconds
                shown = time.monotonic()
                self.run.say(f"{self.title} is not ready yet ({shown - begun:.0f} s): {self.last_line()}")

    def stop(self) -> None:
        """Ask the process to end, and make it end when it takes longer than its patience."""
        if self.process is not None:
            end(self.process.pid, self.stop_signal, self.patience, self.last_signal, self.process.poll)
            self._trace.unlink(missing_ok=True)

    def end_orphan(self) -> None:
        """End what a killed supervisor left behind, after making sure that it is really ours."""
        try:
            trace = msgspec.json.decode(self._trace.read_bytes(), type=Trace)
        except (OSError, msgspec.DecodeError):
            return
        if running(trace):
            end(trace.pid, self.stop_signal, self.patience, self.last_signal, lambda: None if running(trace) else 0)
        self._trace.unlink(missing_ok=True)

    def why_it_ended(self) -> str:
        line = self.last_line()
        if "No space left on device" in line:
            return f"The disk that holds {self.run.folder.path} is full. Nothing was lost; make room and start again."
        return f"{self.title} did not start: {line or 'it said nothing'} (its log is {self.run.folder.log(self.name)})"

    def last_line(self) -> str:
        """The last line of the process's log."""
        lines = tail(self.run.folder.log(self.name)).split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    @property
    def _trace(self) -> Path:
        return self.run.folder.run / f"{self.name}.json"

    def _leave_trace(self, pid: int) -> None:
        try:
            trace = Trace(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return
        self._trace.write_bytes(msgspec.json.encode(trace))


def running(trace: Trace) -> bool:
    try:
        process = psutil.Process(trace.pid)
        # The clock that a start time is computed from can be set by a second or two.
        return abs(process.create_time() - trace.created) < 2 and process.status() != psutil.STATUS_ZOMBIE  # noqa: PLR2004
    except psutil.NoSuchProcess:
        return False


def end(
    pid: int, first: signal.Signals, patience: float, last: signal.Signals, ended: Callable[[], int | None]
) -> None:
    """Send `first`, wait for `patience` seconds, send `last`, and return when the process is gone."""
    for number, seconds in ((first, patience), (last, patience), (signal.SIGKILL, patience)):
        if ended() is not None:
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + seconds
        while ended() is None and time.monotonic() < until:
            time.sleep(STEP_SECONDS)


def dying_with_us(number: signal.Signals) -> list[str]:
    """The start of a command line whose process gets this signal when we die, where the system can do that.

    Linux sends it when the *thread* that started the process ends, so only the main thread may ask for it.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    prefix = ["setpriv", "--pdeathsig", number.name.removeprefix("SIG")]
    return prefix if works(*prefix) else []


@cache
def works(*prefix: str) -> bool:
    """Whether a command line that begins so can start a program here."""
    if not sys.platform.startswith("linux") or shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603


def tail(path: Path, size: int = 4000) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - size))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def bound(path: Path) -> None:
    """Keep a log within bounds: past the limit it moves to `NAME.log.1`; writers append, so they go on at 0."""
    if path.exists() and path.stat().st_size > LOG_BYTES:
        shutil.copyfile(path, path.with_suffix(".log.1"))
        os.truncate(path, 0)
