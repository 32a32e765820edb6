"""The list of erasures in the data folder, so that restoring an older backup does not bring anybody back.

Each line has the member's id, a keyed digest of their name, whether their words were erased, and the time. In a backup
of another installation, the same ids belong to other members, whose digests differ.
"""

import hashlib
import hmac
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from parley.platform.settings import settings

log = structlog.get_logger(__name__)

NAME = "erasures.txt"


class Erased(msgspec.Struct, frozen=True):
    member: int
    digest: str
    words: bool


def write(member: int, name_key: str, *, words: bool) -> None:
    """Add a member to the list, before they are erased, and wait until the line is on disk."""
    line = f"{member} {digest(settings().secret, name_key)} {'words' if words else 'name'}"
    try:
        settings().data.mkdir(parents=True, exist_ok=True)
        with (settings().data / NAME).open("a", encoding="ascii") as file:
            file.write(f"{line} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        # Erasing matters more than what an older backup would bring back.
        log.warning("erasure not listed for restores", member=member, error=repr(error))


def read(data: Path) -> list[Erased]:
    """The list in a data folder, in the order of the erasures."""
    file = data / NAME
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    parts = [line.split() for line in lines]
    return [Erased(int(part[0]), part[1], part[2] == "words") for part in parts if part]


def digest(secret: str, name_key: str) -> str:
    """A digest of a name that says nothing without the installation's secret."""
    return hmac.digest(secret.encode(), f"erasure|{name_key}".encode(), hashlib.sha256).hex()
