"""Both servers for a `with` block: started for it, or already running."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from parley.platform.local_servers.folder import CannotStart, Folder, InUse
from parley.platform.local_servers.postgres import Postgres
from parley.platform.local_servers.service import STEP_SECONDS, ServiceRun
from parley.platform.local_servers.valkey import Valkey

# How many seconds a command waits for servers that another process is starting.
PATIENCE = 10.0


@dataclass(frozen=True)
class Servers:
    """PostgreSQL and Valkey of one data folder."""

    postgres: Postgres
    valkey: Valkey

    @property
    def database_url(self) -> str:
        return self.postgres.url

    @property
    def redis_url(self) -> str:
        return self.valkey.url

    @property
    def folder(self) -> Folder:
        return self.postgres.run.folder

    @property
    def secret(self) -> str:
        return self.folder.installation.secret

    @property
    def settings(self) -> dict[str, str]:
        """The settings of this installation, as environment variables."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PARLEY_SECRET": self.secret,
            "PARLEY_BASE_URL": self.folder.installation.base_url,
            "PARLEY_DATA": str(self.folder.path),
        }


@contextmanager
def servers(data_dir: Path, *, fast: bool = False) -> Iterator[Servers]:
    """Start both servers on `data_dir` and stop them when the block ends.

    `fast` turns durability off, for tests. Call it from the main thread: only then are the servers stopped when this
    process is killed. Raises CannotStart with a message for people.
    """
    with Folder(data_dir).held() as folder, run_servers(ServiceRun(folder), fast=fast) as both:
        yield both


@contextmanager
def attach(data_dir: Path) -> Iterator[Servers]:
    """Yield the servers that run on `data_dir`, or start them for the block.

    Raises CannotStart with a message for people.
    """
    folder = Folder(data_dir)
    with ExitStack() as stack:
        try:
            stack.enter_context(folder.held())
        except InUse:
            stack.enter_context(folder.used())
            yield _running(folder)
        else:
            both = stack.enter_context(run_servers(ServiceRun(folder)))
            stack.callback(folder.wait_for_users)
            yield both


@contextmanager
def run_servers(run: ServiceRun, *, fast: bool = False) -> Iterator[Servers]:
    """Start both servers in a folder that this process has locked."""
    both = Servers(Postgres(run, fast=fast), Valkey(run, fast=fast))
    with ExitStack() as stack:
        for service in (both.postgres, both.valkey):
            stack.callback(service.stop)
            service.start()
        stack.callback(run.folder.mark_stopping)
        yield both


def _running(folder: Folder) -> Servers:
    both = Servers(Postgres(ServiceRun(folder)), Valkey(ServiceRun(folder)))
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if both.postgres.ready_pid() and both.valkey.serves():
            return both
        time.sleep(STEP_SECONDS)
    raise CannotStart(f"Parley is still starting with the data folder {folder.path}. Please try again in a moment.")
