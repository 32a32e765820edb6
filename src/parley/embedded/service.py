"""One supervised process: started in a session of its own, waited for until it serves, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psutil

from parley.embedded.folder import CannotStart, Folder
from parley.embedded.logs import Log

STEP_SECONDS = 0.02
PROGRESS_SECONDS = 2.0
# Start times are computed from a clock that may be corrected a little meanwhile.
CLOCK_SECONDS = 2.0


def quiet(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class ServiceRun:
    """What the services of one run share. `pause` may raise to give up a start that is under way."""

    folder: Folder
    say: Callable[[str], None] = quiet
    pause: Callable[[float], None] = time.sleep


class Trace(msgspec.Struct):
    """How a process is found again after its supervisor was killed; `created` tells it from others."""

    pid: int
    created: float


class Service(ABC):
    """A process that is started, asked whether it serves yet, and stopped."""

    stop_signal = signal.SIGTERM
    last_signal = signal.SIGKILL
    # Seconds from the first signal to the last one.
    patience = 10.0

    def __init__(self, run: ServiceRun, name: str, title: str) -> None:
        self.run = run
        self.name = name
        self.title = title
        self.log = Log(run.folder.logs / f"{name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def serves(self) -> bool:
        return self.alive

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
        """Start the process without waiting for it."""
        self.end_orphan()
        with self.log.open() as log:
            self.process = subprocess.Popen(  # noqa: S603 our own programs
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=self.environment(),
            )
        self._leave_trace()

    def wait(self) -> None:
        """Return when the process serves, however long that takes while it lives."""
        begun = shown = time.monotonic()
        while True:
            alive = self.alive  # asked first, since a step that has ended well serves
            if self.serves():
                return
            if not alive:
                raise CannotStart(self.why_it_ended())
            self.run.pause(STEP_SECONDS)
            if time.monotonic() - shown > PROGRESS_SECONDS:
                shown = time.monotonic()
                self.run.say(self.progress(shown - begun))

    def progress(self, seconds: float) -> str:
        """Say what the process does that has not served for so long."""
        return f"  waiting for {self.title} ({seconds:.0f} s) {self.last_line()}"

    def stop(self) -> None:
        """Ask the process to end, and make it end when it takes longer than its patience."""
        if self.process is not None:
            self._end(self.process.pid, self.process.poll)
            self._trace.unlink(missing_ok=True)

    def end_orphan(self) -> None:
        """End what a killed supervisor left behind, after making sure that it is really ours."""
        try:
            trace = msgspec.json.decode(self._trace.read_bytes(), type=Trace)
        except (OSError, msgspec.DecodeError):
            return
        self._end(trace.pid, lambda: None if is_running(trace) else 0)
        self._trace.unlink(missing_ok=True)

    def why_it_ended(self) -> str:
        """Say in a sentence why the process ended before it served."""
        if any("No space left on device" in line for line in self.log.lines()):
            folder = self.run.folder.path
            return f"The disk that holds {folder} is full. Nothing was lost; make room and start again."
        reason = self.last_line() or "it said nothing"
        return f"{self.title} did not start: {reason} (its log: {self.log.path})"

    def last_line(self) -> str:
        return next(reversed(self.log.lines()), "")

    def _end(self, pid: int, ended: Callable[[], int | None]) -> None:
        """Ask process `pid` to end, more and more firmly, and return when it has."""
        for number in (self.stop_signal, self.last_signal, signal.SIGKILL):
            if ended() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            until = time.monotonic() + self.patience
            while ended() is None and time.monotonic() < until:
                time.sleep(STEP_SECONDS)

    @property
    def _trace(self) -> Path:
        return self.run.folder.run / f"{self.name}.json"

    def _leave_trace(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            trace = Trace(self.pid, psutil.Process(self.pid).create_time())
            self._trace.write_bytes(msgspec.json.encode(trace))


def is_running(trace: Trace) -> bool:
    """Say whether the very process of this trace still runs, not a later one with its number."""
    try:
        process = psutil.Process(trace.pid)
        is_same = abs(process.create_time() - trace.created) < CLOCK_SECONDS
        return is_same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
