"""The start of a command line: as whom a process runs, and what becomes of it when we are killed."""

import os
import pwd
import shutil
import signal
import subprocess
import threading
from functools import cache

from parley.embedded.folder import CannotStart

UNPRIVILEGED = "nobody"


def dying_with_us(number: signal.Signals) -> list[str]:
    """Begin a command line whose process gets the signal `number` when we die, where Linux offers that.

    The signal comes when the *thread* that started the process ends, so only the main thread may ask for it.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    prefix = ["setpriv", "--pdeathsig", number.name.removeprefix("SIG")]
    return prefix if works(*prefix) else []


def as_ordinary_user() -> list[str]:
    """Begin a command line that does not run as root, which PostgreSQL refuses to.

    Raises CannotStart when we are root and cannot put that aside.
    """
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(UNPRIVILEGED)
    namespace = ["unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}"]
    if works(*namespace):
        return namespace
    raise CannotStart("PostgreSQL refuses to run as root. Start Parley as an ordinary user.")


@cache
def works(*prefix: str) -> bool:
    """Say whether a command line that begins so can start a program here."""
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603
