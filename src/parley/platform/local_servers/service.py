"""One supervised process: starts it in its own session, waits until it serves, and stops it."""

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

from parley.platform.local_servers.folder import CannotStart, Folder
from parley.platform.local_servers.logs import Log

STEP_SECONDS = 0.02
PROGRESS_SECONDS = 2.0
# The tolerance for start times, since the clock may be corrected.
CLOCK_SECONDS = 2.0


def quiet(_: str) -> None:
    """Print nothing."""


@dataclass(frozen=True)
class ServiceRun:
    """What the services of one run share. `pause` may raise to abort a start."""

    folder: Folder
    say: Callable[[str], None] = quiet
    pause: Callable[[float], None] = time.sleep


class ProcessRecord(msgspec.Struct):
    """Identifies a process after its supervisor was killed. `created` is its start time, since pids are reused."""

    pid: int
    created: float


class Service(ABC):
    """A process that can be started, waited for and stopped."""

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
        """Return the program and its arguments."""

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
        """Start the process and return when it serves. Raises CannotStart if it ends before."""
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
        self._write_record()

    def wait(self) -> None:
        """Return when the process serves. There is no time limit while it runs."""
        start = shown = time.monotonic()
        while True:
            alive = self.alive  # read first, since a one-shot program serves by ending
            if self.serves():
                return
            if not alive:
                raise CannotStart(self.why_it_ended())
            self.run.pause(STEP_SECONDS)
            if time.monotonic() - shown > PROGRESS_SECONDS:
                shown = time.monotonic()
                self.run.say(self.progress(shown - start))

    def progress(self, seconds: float) -> str:
        """Return a progress line for a process that does not serve yet."""
        return f"  waiting for {self.title} ({seconds:.0f} s) {self.last_line()}"

    def stop(self) -> None:
        """Stop the process with `stop_signal`, and with `last_signal` after `patience` seconds."""
        if self.process is not None:
            self._end(self.process.pid, self.process.poll)
            self._record_path.unlink(missing_ok=True)

    def end_orphan(self) -> None:
        """Stop a process that a killed supervisor left behind, after checking that it is ours."""
        try:
            record = msgspec.json.decode(self._record_path.read_bytes(), type=ProcessRecord)
        except (OSError, msgspec.DecodeError):
            return
        self._end(record.pid, lambda: None if is_running(record) else 0)
        self._record_path.unlink(missing_ok=True)

    def why_it_ended(self) -> str:
        """Return a sentence that says why the process ended before it served."""
        if any("No space left on device" in line for line in self.log.lines()):
            folder = self.run.folder.path
            return f"The disk that holds {folder} is full. Nothing was lost. Free some space and start again."
        reason = self.last_line() or "it printed nothing"
        return f"{self.title} did not start: {reason} (its log: {self.log.path})"

    def last_line(self) -> str:
        return next(reversed(self.log.lines()), "")

    def _end(self, pid: int, ended: Callable[[], int | None]) -> None:
        """Send the signals in turn, and return when process `pid` has ended."""
        for number in (self.stop_signal, self.last_signal, signal.SIGKILL):
            if ended() is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            until = time.monotonic() + self.patience
            while ended() is None and time.monotonic() < until:
                time.sleep(STEP_SECONDS)

    @property
    def _record_path(self) -> Path:
        return self.run.folder.run / f"{self.name}.json"

    def _write_record(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            record = ProcessRecord(self.pid, psutil.Process(self.pid).create_time())
            # Whole or not at all: with half of it, the next supervisor would not know what this one left behind.
            new = self._record_path.with_suffix(".new")
            new.write_bytes(msgspec.json.encode(record))
            new.replace(self._record_path)


def is_running(record: ProcessRecord) -> bool:
    """Whether the recorded process still runs, and not another one with the same pid."""
    try:
        process = psutil.Process(record.pid)
        is_same = abs(process.create_time() - record.created) < CLOCK_SECONDS
        return is_same and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
