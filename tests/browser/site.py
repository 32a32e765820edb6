"""A whole installation in processes of its own: web, worker, PostgreSQL, Valkey, filled with the demo."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from parley.embedded import Servers, servers
from parley.embedded.program import Program, Web
from parley.embedded.service import Run

FILL = Path(__file__).with_name("fill.py")
MAIN = re.compile(r'data-thread="(\d+)"')


class Site:
    """The installation at `address`. Its web process may be stopped and started again."""

    def __init__(self, both: Servers, port: int) -> None:
        self.address = f"http://localhost:{port}"
        folder = both.postgres.run.folder
        environment = {"PARLEY_BASE_URL": self.address, "PARLEY_LIMITS": "off", "PARLEY_LOG": "warning"}
        self.settings = both.settings | environment
        self.made: dict[str, Any] = {}
        self._spare: Iterator[int] = iter(())
        self._run = Run(folder)
        self.web = Web(self._run, self.settings, port)
        self.worker = Program(self._run, self.settings, "worker")

    def fill(self) -> None:
        """Migrate, fill in the demo and the threads that the tests look at."""
        command = [sys.executable, str(FILL)]
        done = subprocess.run(command, env=os.environ | self.settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self.made = json.loads(done.stdout)
        self._spare = iter(self.made["spare"])

    def fresh_thread(self) -> int:
        """The number of a thread with three comments that no other test uses."""
        return next(self._spare)

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.settings["DATABASE_URL"])
        try:
            return await connection.fetch(sql, *values)
        finally:
            await connection.close()

    async def value(self, sql: str, *values: Any) -> Any:
        rows = await self.fetch(sql, *values)
        return rows[0][0] if rows else None

    def web_log(self) -> list[str]:
        return list(self.web.log.lines())


@contextmanager
def running(folder: Path, port: int) -> Iterator[Site]:
    """A filled installation that serves at `port` until the block ends."""
    with servers(folder, fast=True) as both, ExitStack() as stack:
        site = Site(both, port)
        site.fill()
        for program in (site.web, site.worker):
            stack.callback(program.stop)
            program.launch()
        site.web.wait()
        yield site
