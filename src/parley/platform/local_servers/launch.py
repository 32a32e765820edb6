"""Command prefixes: the user that a process runs as, and a signal for it when we are killed."""

import os
import pwd
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from functools import cache

from parley.platform.local_servers.folder import CannotStart

UNPRIVILEGED = "nobody"
PASSING = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")


def signalled_at_our_death(number: signal.Signals) -> list[str]:
    """Return a prefix with which a process gets the signal `number` when we die (Linux only).

    The signal is sent when the *thread* that started the process ends, so this needs the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    prefix = ["setpriv", "--pdeathsig", number.name.removeprefix("SIG")]
    return prefix if works(*prefix) else []


@dataclass(frozen=True)
class ProcessUser:
    """The user that PostgreSQL runs as: the command prefix, and the owner of its files."""

    prefix: tuple[str, ...]
    uid: int
    gid: int
    note: str = ""


@cache
def unprivileged_user() -> ProcessUser:
    """Return a user other than root, since PostgreSQL refuses to run as root.

    In its own user namespace root is an ordinary user, and still owns its files outside. Where namespaces are
    forbidden, as in many containers, the process becomes another user that may still enter the folders above the data.
    Raises CannotStart if root can do neither.
    """
    if os.geteuid() != 0:
        return ProcessUser((), os.geteuid(), os.getegid())
    user = pwd.getpwnam(UNPRIVILEGED)
    namespace = ("unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}")
    if works(*namespace):
        return ProcessUser(namespace, os.geteuid(), os.getegid())
    other = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *PASSING)
    if works(*other):
        note = f"User namespaces are forbidden here, so PostgreSQL runs as {UNPRIVILEGED} and owns its files."
        return ProcessUser(other, user.pw_uid, user.pw_gid, note)
    raise CannotStart("PostgreSQL refuses to run as root. Please start Parley as an ordinary user.")


@cache
def works(*prefix: str) -> bool:
    """Whether a command with this prefix can start a program here."""
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603
