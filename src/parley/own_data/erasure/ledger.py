"""The list of erasures, so that restoring an older backup does not bring anybody back.

The worker writes it in the data folder; a backup has a copy in it and beside it (site/backup). Each line has the
member's id, a keyed digest of their name, what was erased (rules.py: Scope), and the time. In a backup of another
installation, the same ids belong to other members, whose digests differ.
"""

import hashlib
import hmac
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from parley.own_data.erasure.rules import Scope
from parley.platform.settings import settings
from parley.platform.whole_file import whole_file

log = structlog.get_logger(__name__)

NAME = "erasures.txt"
UNTIL = "# complete until "


class Erased(msgspec.Struct, frozen=True):
    member: int
    digest: str
    scope: Scope


class Ledger(msgspec.Struct, frozen=True):
    """The lines of a list; `until` is when it was copied, None in the data folder, where it is always complete."""

    lines: list[str] = []
    until: str | None = None

    @property
    def erased(self) -> list[Erased]:
        parts = [line.split() for line in self.lines]
        return [Erased(int(part[0]), part[1], Scope.parse(part[2])) for part in parts]

    def __or__(self, other: "Ledger") -> "Ledger":
        return Ledger(list(dict.fromkeys(self.lines + other.lines)), self.until)


def write(member: int, name_key: str, scope: Scope) -> None:
    """Add a member to the list, before they are erased, and wait until the line is on disk."""
    line = f"{member} {digest(settings().secret, name_key)} {scope} "
    try:
        # After a restore they are erased again.
        if any(known.startswith(line) for known in (read(settings().data) or Ledger()).lines):
            return
        settings().data.mkdir(parents=True, exist_ok=True)
        with (settings().data / NAME).open("a", encoding="ascii") as file:
            file.write(f"{line}{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # Erasing matters more than what an older backup would bring back.
        log.warning("erasure not listed for restores", member=member, error=repr(error))


def parse(text: str) -> Ledger:
    lines = text.splitlines()
    until = next((line.removeprefix(UNTIL) for line in lines if line.startswith(UNTIL)), None)
    return Ledger([line for line in lines if line.strip() and not line.startswith("#")], until)


def read(folder: Path) -> Ledger | None:
    """The list in a folder; None if there is none."""
    file = folder / NAME
    return parse(file.read_text("ascii")) if file.exists() else None


def copy_to(folder: Path) -> Ledger:
    """Add the list of the data folder to the one in `folder`, and return the list of the data folder."""
    own = read(settings().data) or Ledger()
    if folder.resolve() != settings().data.resolve():
        save(folder, (read(folder) or Ledger()) | own, until=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    return own


def save(folder: Path, ledger: Ledger, until: str | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    head = [f"{UNTIL}{until}"] if until else []
    with whole_file(folder / NAME, 0o600) as file:
        file.write("".join(f"{line}\n" for line in [*head, *ledger.lines]).encode("ascii"))


def digest(secret: str, name_key: str) -> str:
    """A digest of a name that says nothing without the installation's secret."""
    return hmac.digest(secret.encode(), f"erasure|{name_key}".encode(), hashlib.sha256).hex()
