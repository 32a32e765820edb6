"""A PostgreSQL with a streaming replica, both from the wheel, in folders of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from parley.platform.local_servers import postgres
from parley.platform.local_servers.launch import unprivileged_user
from tests.interfaces.live.forum import Forum
from tests.platform.local_servers.installation import wait_for

SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "wal_keep_size=64MB",
    "max_standby_streaming_delay=1s",
    "log_statement=all",
)
ROLES = "create role parley login createdb; create role parley_app; grant parley_app to parley"


@dataclass
class Node:
    """One server; its folder holds its data, its socket and its log, which has every statement."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, user: str = "parley", database: str = "parley") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def start(self) -> None:
        settings = [part for one in (*SETTINGS, f"unix_socket_directories={self.folder}") for part in ("-c", one)]
        with (self.folder / "log").open("ab") as log:
            command = [*unprivileged_user().prefix, postgres.binary("postgres"), "-D", self.data, *settings]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | self.env)
        wait_for(lambda: program("pg_isready", "-q", "-h", self.folder, check=False) == 0)

    def make(self) -> None:
        """A new, empty database."""
        self.folder.mkdir(mode=0o700)
        program("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-N", *postgres.ENCODING)
        self.start()
        for sql in (ROLES, "create database parley owner parley"):
            program("psql", "-h", self.folder, "-U", "postgres", "-c", sql)

    def kill(self) -> None:
        if self.process is not None:
            for one in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            self.process.wait()
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self.process = None

    def signal(self, number: signal.Signals) -> None:
        """Freeze it or let it go on: all of its processes."""
        assert self.process is not None
        for one in [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]:
            one.send_signal(number)

    def promote(self) -> None:
        program("pg_ctl", "promote", "-D", self.data)

    def said(self) -> str:
        return (self.folder / "log").read_text()

    async def do(self, sql: str) -> None:
        """Run a statement as the superuser."""
        connection = await asyncpg.connect(self.url("postgres", "postgres"))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@dataclass
class Single:
    """What a forum needs to know of its servers, with a database of one node."""

    primary: Node
    redis_url: str
    others: dict[str, str]

    @property
    def database_url(self) -> str:
        return self.primary.url()

    @property
    def settings(self) -> dict[str, str]:
        return self.others | {"DATABASE_URL": self.database_url}

    def migrate(self) -> None:
        command = [sys.executable, "-m", "parley", "migrate"]
        subprocess.run(command, env=os.environ | self.settings, check=True, capture_output=True)


@dataclass
class Cluster(Single):
    """The same with two nodes."""

    standby: Node

    @property
    def database_url(self) -> str:
        """Whichever of the two takes writes."""
        hosts = f"{self.primary.folder},{self.standby.folder}"
        return f"postgresql://parley@/parley?host={hosts}&target_session_attrs=read-write"

    @property
    def settings(self) -> dict[str, str]:
        return self.others | {"DATABASE_URL": self.database_url, "DATABASE_REPLICA_URL": self.standby.url()}


@contextmanager
def replicated(folder: Path, beside: Forum) -> Iterator[Forum]:
    """A migrated forum on a primary and its replica, with the Valkey of the forum `beside`."""
    with ExitStack() as stack:
        primary, standby = (Node(folder / name) for name in ("a", "b"))
        for node in (primary, standby):
            stack.callback(node.kill)
        primary.make()
        standby.folder.mkdir(mode=0o700)
        program("pg_basebackup", "-D", standby.data, "-R", "-c", "fast", "-h", primary.folder, "-U", "postgres")
        standby.start()
        cluster = Cluster(primary, beside.servers.redis_url, beside.servers.settings, standby)
        cluster.migrate()
        one = Forum(cluster)  # type: ignore[arg-type]
        yield one
        for web in one.webs:
            if web.process.poll() is None:
                web.kill()


def program(name: str, *arguments: str | Path, check: bool = True) -> int:
    """Run one of PostgreSQL's programs as the user that the servers run as."""
    command = [*unprivileged_user().prefix, postgres.binary(name), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    assert not check or done.returncode == 0, done.stderr.decode()
    return done.returncode
