"""A worker of a forum, as a process of its own."""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

from tests.interfaces.live.forum import Forum

PATIENCE = 200.0

_numbers = count(1)


class Worker:
    def __init__(self, forum: Forum, **more: str) -> None:
        settings = {"PARLEY_BASE_URL": "http://localhost", "PARLEY_LOG": "warning"}
        self.env = os.environ | forum.servers.settings | settings | more
        self.log = Path(self.env["PARLEY_DATA"]) / f"worker-{next(_numbers)}.log"
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "parley", "worker"], env=self.env, stderr=log)

    def end(self) -> int:
        """Ask it to end and return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def said(self) -> str:
        return self.log.read_text()
