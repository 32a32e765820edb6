"""A whole installation as a person starts it: `parley up` in a process of its own."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

PATIENCE = 60.0


class Up:
    """`parley up` on one data folder."""

    def __init__(self, data: Path, port: int, *options: str) -> None:
        self.data = data
        self.address = f"http://localhost:{port}"
        self.said: list[str] = []
        command = [sys.executable, "-m", "parley", "up", "--port", str(port), "--data", str(data), *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )

    def read_until(self, words: str) -> None:
        """Read what it says until a line contains `words`."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if words in line:
                return
        pytest.fail(f"{self.said} {self.process.stderr.read() if self.process.stderr else ''}")

    def pid(self, name: str) -> int:
        pid: int = json.loads((self.data / "run" / f"{name}.json").read_bytes())["pid"]
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


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
