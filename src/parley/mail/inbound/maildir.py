"""Messages that a mail server delivers as files into a maildir (PARLEY_MAIL_INBOX)."""

import asyncio
from pathlib import Path

import structlog

from parley.core.errors import Unavailable
from parley.core.events import attempts
from parley.core.http.failures import OUTAGES
from parley.core.settings import settings
from parley.mail.inbound.intake import take_in

log = structlog.get_logger(__name__)

BATCH = 100


async def read_inbox() -> int:
    """Take in what is new in the maildir, and return how many messages that were; each is kept in `cur` afterwards."""
    inbox = settings().mail_inbox
    files = await asyncio.to_thread(_new, inbox) if inbox is not None else []
    read = await attempts.each("inbox", files, _read, key=lambda file: file.name, in_transaction=False, most=BATCH)
    return len(read)


async def _read(file: Path) -> None:
    try:
        said = await take_in(await asyncio.to_thread(file.read_bytes))
    # The message is as it should be: it is read again later.
    except (Unavailable, OSError, *OUTAGES):
        raise
    except Exception as error:
        log.exception("message not taken in", error=type(error).__name__)
        said = "unreadable"
    log.info("message taken in", said=said)
    await asyncio.to_thread(_file_away, file)


def _new(inbox: Path) -> list[Path]:
    folder = inbox / "new"
    return sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []


def _file_away(file: Path) -> None:
    kept = file.parents[1] / "cur"
    kept.mkdir(exist_ok=True)
    file.rename(kept / f"{file.name}:2,S")
