"""A whole installation in processes of its own: web, worker, PostgreSQL, Valkey, filled with the demo."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from parley.embedded import Folder, servers
from parley.embedded.program import Program, Web
from parley.embedded.service import Run

FILL = Path(__file__).with_name("fill.py")
COPY = "copied"


class Site:
    """The installation at `address`. Its web process may be stopped and started again."""

    def __init__(self, folder: Folder, settings: Mapping[str, str]) -> None:
        port = free_port()
        self.address = f"http://localhost:{port}"
        own = {"PARLEY_BASE_URL": self.address, "PARLEY_LIMITS": "off", "PARLEY_LOG": "warning"}
        self.settings = {**settings, **own}
        self.made: dict[str, Any] = {}
        self._spare: Iterator[int] = iter(())
        run = Run(folder)
        self.web = Web(run, self.settings, port)
        self.worker = Program(run, self.settings, "worker")

    def fill(self) -> None:
        """Migrate, fill in the demo and the threads that the tests look at."""
        command = [sys.executable, str(FILL)]
        done = subprocess.run(command, env=os.environ | self.settings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        # What it logs on a slow machine comes before.
        self.made = json.loads(done.stdout.splitlines()[-1])
        self._spare = iter(self.made["spare"])

    def fresh_thread(self) -> int:
        """The number of a thread with three comments that no other test uses."""
        return next(self._spare)

    @contextmanager
    def serving(self) -> Iterator[None]:
        with ExitStack() as stack:
            for program in (self.web, self.worker):
                stack.callback(program.stop)
                program.launch()
            self.web.wait()
            yield

    @contextmanager
    def away(self) -> Iterator[None]:
        """The time of the block without a web process."""
        self.web.stop()
        try:
            yield
        finally:
            self.web.start()

    @contextmanager
    def copied(self, folder: Path) -> Iterator["Site"]:
        """The same installation as it was filled, on a database of its own; it does not serve yet."""
        address = self.settings["DATABASE_URL"].replace("/parley?", f"/{COPY}?")
        with Folder(folder).held() as other:
            copy = Site(other, self.settings | {"DATABASE_URL": address, "PARLEY_DATA": str(folder)})
            copy.made = dict(self.made)
            yield copy

    async def fetch(self, sql: str, *values: Any) -> list[asyncpg.Record]:
        async with self.connection() as connection:
            return await connection.fetch(sql, *values)

    async def value(self, sql: str, *values: Any) -> Any:
        rows = await self.fetch(sql, *values)
        return rows[0][0] if rows else None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.settings["DATABASE_URL"])
        try:
            yield connection
        finally:
            await connection.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A filled installation that serves until the block ends, and a copy of its database."""
    with servers(folder, fast=True) as both:
        site = Site(both.postgres.run.folder, both.settings)
        site.fill()
        asyncio.run(site.fetch(f"create database {COPY} template parley"))
        with site.serving():
            yield site
