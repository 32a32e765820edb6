"""The data folder of an installation: its files, its lock and its secrets."""

import fcntl
import hashlib
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

MEGABYTE = 1_000_000
SPACE_FOR_A_NEW_ONE = 200 * MEGABYTE
SPACE_TO_START = 20 * MEGABYTE
# A socket's path may have 107 bytes on Linux and 103 elsewhere. PostgreSQL's socket has the longest name.
LONGEST_SOCKET_PATH = 100
POSTGRES_SOCKET = ".s.PGSQL.5432"
STOPPING = b"stopping"
# A restore into an empty folder needs the list of erasures (site/backup/erased.py).
HARMLESS_FILES = {"lock", "lost+found", "installation.json.new", "erasures.txt"}


class CannotStart(Exception):
    """Parley cannot start here. The message says why, what was kept and what to do."""


class InUse(CannotStart):
    """Another process has locked the data folder."""


class Installation(msgspec.Struct):
    """The stored state of an installation: its secrets, its last address, and whether it has the demo."""

    database_password: str
    secret: str
    base_url: str = "http://localhost:8000"
    demo: bool | None = None
    # Where the demo's publisher serves its page.
    publisher: str = ""
    # Whether PostgreSQL has the role of platform/db/role.py.
    has_application_role: bool = False


def find(data: Path | None = None) -> Path:
    """Return the data folder of the installation: `data`, or else a folder named `var`.

    That is searched for in the working folder, in those above it, and beside the virtual environment of this program.
    Raises CannotStart if there is no installation.
    """
    if data is not None:
        if not _is_installation(data):
            raise CannotStart(f"There is no installation in {data}. `parley up --data {data}` starts one there.")
        return data
    parents = [Path.cwd(), *Path.cwd().parents, Path(sys.prefix).parent]
    folder = next((parent / "var" for parent in parents if _is_installation(parent / "var")), None)
    if folder is None:
        raise CannotStart("There is no installation here. `parley up` starts one; --data names the folder of another.")
    return folder


def _is_installation(folder: Path) -> bool:
    return (folder / "installation.json").is_file()


class Folder:
    """A data folder. Nothing is written to it before `held()`."""

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 resolve() would also follow links
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.run = self.path / "run"
        self.logs = self.path / "log"

    @contextmanager
    def held(self) -> Iterator[Self]:
        """Create the folder if needed, and lock it for the block.

        Raises InUse if another process has locked it, and CannotStart if it cannot or should not be used.
        """
        self._create()
        with _open(self.path / "lock") as lock:
            self._lock(lock)
            self._prepare()
            try:
                yield self
            finally:
                if self.sockets != self.run:
                    shutil.rmtree(self.sockets, ignore_errors=True)

    def mark_stopping(self) -> None:
        """Mark the lock as soon to be released, so that other processes wait for it."""
        (self.path / "lock").write_bytes(STOPPING)

    @contextmanager
    def used(self) -> Iterator[None]:
        """Keep the servers running for the block, when the command that started them ends."""
        with _open(self.path / "users") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            yield

    def wait_for_users(self) -> None:
        """Return when no other command uses the servers."""
        with _open(self.path / "users") as users:
            fcntl.flock(users, fcntl.LOCK_EX)

    @property
    def installation(self) -> Installation:
        try:
            return msgspec.json.decode((self.path / "installation.json").read_bytes(), type=Installation)
        except (OSError, msgspec.DecodeError) as error:
            raise CannotStart(f"{self.path / 'installation.json'} cannot be read: {error}.") from None

    def remember(self, installation: Installation) -> None:
        """Write the installation's file atomically."""
        new = self.path / "installation.json.new"
        with _open(new) as file:
            os.truncate(file, 0)
            os.write(file, msgspec.json.format(msgspec.json.encode(installation)))
            os.fsync(file)
        new.replace(self.path / "installation.json")

    @property
    def sockets(self) -> Path:
        """The folder of the sockets: `run`, or a short one in /tmp if the paths would be too long."""
        if len(os.fsencode(self.run / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
            return self.run
        digest = hashlib.sha256(os.fsencode(self.path.resolve())).hexdigest()[:12]
        # Not from tempfile: the supervisor and a command must find the same folder, even with another TMPDIR.
        return Path("/tmp") / f"parley-{os.getuid()}-{digest}"  # noqa: S108 see private_folder()

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    def need_space(self, size: int) -> None:
        """Raise CannotStart if less than `size` bytes are free."""
        free = shutil.disk_usage(self.path).free
        if free < size:
            raise CannotStart(
                f"The disk that holds {self.path} is full: {free // MEGABYTE} MB are free and "
                f"{size // MEGABYTE} MB are needed. Nothing was lost. Free some space and start again."
            )

    def _create(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            names = {entry.name for entry in self.path.iterdir()}
        except FileExistsError:
            raise CannotStart(f"{self.path} is a file, so it cannot be the data folder.") from None
        except OSError as error:
            raise CannotStart(f"The data folder {self.path} cannot be used: {error.strerror}.") from None
        if "installation.json" not in names and names - HARMLESS_FILES:
            raise CannotStart(
                f"{self.path} holds files that are not Parley's, so nothing was changed. "
                "Choose an empty or a new folder with --data."
            )

    def _lock(self, lock: int) -> None:
        """Lock the open file `lock`. Wait only if its holder is stopping."""
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if os.pread(lock, len(STOPPING), 0) != STOPPING:
                    raise InUse(
                        f"Parley already runs with the data folder {self.path}. "
                        "Stop it first, or choose another folder with --data and another port with --port."
                    ) from None
                time.sleep(0.1)
            else:
                os.truncate(lock, 0)
                return

    def _prepare(self) -> None:
        """Create the secrets on the first start, and the private folders."""
        is_new = not (self.path / "installation.json").exists()
        self.need_space(SPACE_FOR_A_NEW_ONE if is_new else SPACE_TO_START)
        if is_new:
            self.remember(Installation(secrets.token_urlsafe(32), secrets.token_urlsafe(48)))
        for path in (self.valkey, self.run, self.logs, self.sockets):
            private_folder(path)


def private_folder(path: Path) -> None:
    """Make `path` a private folder. Raises CannotStart if it belongs to another user."""
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
        raise CannotStart(f"{path} belongs to another user. Remove it and start again.")
    path.chmod(0o700)


@contextmanager
def _open(path: Path) -> Iterator[int]:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(f"{path} cannot be written: {error.strerror}.") from None
    try:
        yield file
    finally:
        os.close(file)
