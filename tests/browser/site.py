"""A whole installation in processes of its own: web, worker, PostgreSQL, Valkey, filled with the demo."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from parley.platform.local_servers import Folder, servers
from parley.platform.local_servers.program import Program, Web
from parley.platform.local_servers.service import ServiceRun
from tests.ports import free_port

FILL = Path(__file__).with_name("fill.py")
# Databases as the installation was filled, each for tests that change what is in it.
COPIES = ("poisoned", "mirror")
# Seconds in which the web process gets ready, on a machine with much else to do.
PATIENCE = 120.0


class Site:
    """The installation at `address`. Its web process may be stopped and started again."""

    def __init__(self, folder: Folder, settings: Mapping[str, str]) -> None:
        port = free_port()
        self.address = f"http://localhost:{port}"
        own = {"PARLEY_BASE_URL": self.address, "PARLEY_LIMITS": "off", "PARLEY_LOG": "warning"}
        self.settings = {**settings, **own}
        self.made: dict[str, Any] = {}
        self._spare: Iterator[int] = iter(())
        run = ServiceRun(folder)
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
            self._wait()
            yield

    @contextmanager
    def away(self) -> Iterator[None]:
        """The time of the block without a web process."""
        self.web.stop()
        try:
            yield
        finally:
            self.web.launch()
            self._wait()

    @contextmanager
    def limited(self) -> Iterator[None]:
        """The time of the block with the limits on, as on any other site."""
        usual = self.web.settings
        with self.away():
            self.web.settings = {**usual, "PARLEY_LIMITS": "on"}
        try:
            yield
        finally:
            with self.away():
                self.web.settings = usual

    def _wait(self) -> None:
        """Wait until the web process serves, though not for ever as a person's installation does."""
        until = time.monotonic() + PATIENCE
        while not self.web.serves():
            assert self.web.alive, self.web.why_it_ended()
            assert time.monotonic() < until, "\n".join(["It does not get ready, and says:", *self.web.log.lines()])
            time.sleep(0.05)

    @contextmanager
    def copied(self, folder: Path, name: str) -> Iterator["Site"]:
        """The same installation as it was filled, on one of the `COPIES` of its database; it does not serve yet."""
        address = self.settings["DATABASE_URL"].replace("/parley?", f"/{name}?")
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


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A filled installation that serves until the block ends, and copies of its database."""
    with servers(folder, fast=True) as both:
        site = Site(both.postgres.run.folder, both.settings)
        site.fill()
        for name in COPIES:
            asyncio.run(site.fetch(f"create database {name} template parley"))
        with site.serving():
            yield site
