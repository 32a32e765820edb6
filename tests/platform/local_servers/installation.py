"""A whole installation as a person starts it: `parley up` in a process of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import httpx
import psutil
import pytest

# Seconds in which it starts or ends, on a machine with much else to do.
PATIENCE = 200.0


class Up:
    """`parley up` on one data folder."""

    def __init__(self, data: Path, port: int, *options: str, program: Path | None = None) -> None:
        self.data = data
        self.address = f"http://localhost:{port}"
        self.said: list[str] = []
        parley = [str(program)] if program else [sys.executable, "-m", "parley"]
        command = [*parley, "up", "--port", str(port), "--data", str(data), *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def read_until(self, words: str) -> None:
        """Read what it says until a line contains `words`; one that never says them is killed."""
        assert self.process.stdout is not None
        killing = Timer(PATIENCE, self.process.kill)
        killing.start()
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if words in line:
                killing.cancel()
                return
        pytest.fail(f"{self.said} {self.process.stderr.read() if self.process.stderr else ''}")

    def pid(self, name: str) -> int:
        """The pid of a part; 0 while it is started again."""
        record = self.data / "run" / f"{name}.json"
        try:
            pid: int = json.loads(record.read_bytes())["pid"]
        except FileNotFoundError:
            return 0
        return pid

    def parts(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit code and what it said on standard error."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, errors


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
