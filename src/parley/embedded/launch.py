"""The start of a command line: as whom a process runs, and what becomes of it when we are killed."""

import os
import pwd
import shutil
import signal
import subprocess
import threading
from dataclasses import dataclass
from functools import cache

from parley.embedded.folder import CannotStart

UNPRIVILEGED = "nobody"
PASSING = ("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override")


def dying_with_us(number: signal.Signals) -> list[str]:
    """Begin a command line whose process gets the signal `number` when we die, where Linux offers that.

    The signal comes when the *thread* that started the process ends, so only the main thread may ask for it.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    prefix = ["setpriv", "--pdeathsig", number.name.removeprefix("SIG")]
    return prefix if works(*prefix) else []


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs: how to become that, and who owns its files then."""

    prefix: tuple[str, ...]
    uid: int
    gid: int
    note: str = ""


@cache
def ordinary_identity() -> Identity:
    """Return an identity that is not root's, as which PostgreSQL refuses to run.

    Root in a user namespace of its own is an ordinary user inside it and keeps owning its files outside.
    Where namespaces are forbidden, as in many containers, the process becomes a real other user, who may
    still pass through the folders that lead to the data. Raises CannotStart when root can do neither.
    """
    if os.geteuid() != 0:
        return Identity((), os.geteuid(), os.getegid())
    user = pwd.getpwnam(UNPRIVILEGED)
    namespace = ("unshare", "--user", f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}")
    if works(*namespace):
        return Identity(namespace, os.geteuid(), os.getegid())
    other = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", *PASSING)
    if works(*other):
        note = f"User namespaces are forbidden here, so PostgreSQL runs as {UNPRIVILEGED} and owns its files."
        return Identity(other, user.pw_uid, user.pw_gid, note)
    raise CannotStart("PostgreSQL refuses to run as root. Please start Parley as an ordinary user.")


@cache
def works(*prefix: str) -> bool:
    """Say whether a command line that begins so can start a program here."""
    if shutil.which(prefix[0]) is None:
        return False
    return subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0  # noqa: S603
