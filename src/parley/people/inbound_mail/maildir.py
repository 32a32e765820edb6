"""Reads messages that a mail server delivers into a maildir (PARLEY_MAIL_INBOX)."""

import asyncio
from pathlib import Path

import structlog

from parley.people.inbound_mail.intake import process
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.events import attempts
from parley.platform.settings import settings

log = structlog.get_logger(__name__)

BATCH = 100


async def read_inbox() -> int:
    """Process new messages in the maildir, move them to `cur`, and return their number."""
    inbox = settings().mail_inbox
    files = await asyncio.to_thread(_new, inbox) if inbox is not None else []
    read = await attempts.each("inbox", files, _read, key=lambda file: file.name, in_transaction=False, most=BATCH)
    return len(read)


async def _read(file: Path) -> None:
    try:
        outcome = await process(await asyncio.to_thread(file.read_bytes))
    # The message is not at fault. It is read again later.
    except (Unavailable, OSError, *OUTAGES):
        raise
    except Exception as error:
        log.exception("inbound message failed", error=type(error).__name__)
        outcome = "unreadable"
    log.info("inbound message processed", outcome=outcome)
    await asyncio.to_thread(_move_to_cur, file)


def _new(inbox: Path) -> list[Path]:
    folder = inbox / "new"
    return sorted(file for file in folder.iterdir() if file.is_file()) if folder.is_dir() else []


def _move_to_cur(file: Path) -> None:
    cur = file.parents[1] / "cur"
    cur.mkdir(exist_ok=True)
    file.rename(cur / f"{file.name}:2,S")
