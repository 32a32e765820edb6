"""Passwords that were published in breaches: a file on disk, and a service that is asked with five hexadecimal digits.

The file holds the first 8 bytes of each SHA-1, in order, so that a search reads some 30 places of it and no memory is
needed. A password shares them with one of 10^9 others by chance in one case of 10^10. The published lists have SHA-1;
it protects nothing here.
"""

import asyncio
import hashlib
import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import structlog

from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

WIDTH = 8
DIGITS = 40
PREFIX = 5
SERVICE_SECONDS = 1.0
LARGEST_ANSWER = 200_000

BREACHED = N_(
    "This password was published after a break-in at some site, so attackers try it first. Please use another one."
)


class BadFile(Exception):
    """A file is not a list of breached passwords. The text names the line and the mistake."""


def path(data: Path) -> Path:
    """Where the imported list is, in the folder of PARLEY_DATA."""
    return data / "breached-passwords"


def check_file(password: str) -> None:
    """Raise Refused if the imported list has `password`. Without a list, every password passes."""
    with suppress(FileNotFoundError), path(settings().data).open("rb") as file:
        if os.fstat(file.fileno()).st_size and _has(file.fileno(), _digest(password)[:WIDTH]):
            raise Refused(BREACHED)


async def check_service(password: str) -> None:
    """Raise Refused if the service of PARLEY_PASSWORD_RANGE knows `password`. If it fails, the password passes.

    The service learns the first 20 bits of the SHA-1, and gets some hundreds of hashes back in padded answers.
    """
    service = settings().password_range
    if service is None:
        return
    digest = _digest(password).hex().upper()
    try:
        async with asyncio.timeout(SERVICE_SECONDS):
            answer = await _ask(f"{service.rstrip('/')}/{digest[:PREFIX]}")
    except (httpx.HTTPError, TimeoutError) as error:
        log.warning("password service failed", error=str(error) or type(error).__name__)
        return
    for line in answer.splitlines():
        rest, _, count = line.strip().partition(":")
        # Padding has the count 0.
        if rest.upper() == digest[PREFIX:] and count.strip() != "0":
            raise Refused(BREACHED)


async def _ask(address: str) -> str:
    headers = {"Add-Padding": "true", "Accept-Encoding": "identity"}
    text = bytearray()
    async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", address, headers=headers) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_raw():
            text += chunk
            if len(text) >= LARGEST_ANSWER:
                break
    return text.decode(errors="replace")


def write(lines: Iterable[bytes], target: Path) -> int:
    """Write a list of lines `SHA-1:count`, sorted by the hash, to the file that is searched. Return their number.

    The list that was there is replaced only when all lines are read. Raises BadFile.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(".new")
    count = 0
    try:
        with new.open("wb") as file:
            for digest in _in_order(lines):
                file.write(digest)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        if not count:
            raise BadFile("The file is empty.")
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return count


def size(data: Path) -> int:
    """How many passwords the imported list has."""
    try:
        return path(data).stat().st_size // WIDTH
    except FileNotFoundError:
        return 0


def _in_order(lines: Iterable[bytes]) -> Iterator[bytes]:
    last = b""
    for number, line in enumerate(lines, 1):
        digits = line.partition(b":")[0].strip()
        try:
            digest = bytes.fromhex(digits.decode("ascii")) if len(digits) == DIGITS else b""
        except ValueError:
            digest = b""
        if not digest:
            raise BadFile(f"Line {number} does not begin with a SHA-1 of {DIGITS} hexadecimal digits.")
        if digest < last:
            raise BadFile(f"Line {number} is not in order. Take the file that is ordered by hash.")
        last = digest
        yield digest[:WIDTH]


def _has(descriptor: int, wanted: bytes) -> bool:
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as table:
        starts = range(0, len(table), WIDTH)
        place = bisect_left(starts, wanted, key=lambda start: table[start : start + WIDTH])
        return table[place * WIDTH : (place + 1) * WIDTH] == wanted


def _digest(password: str) -> bytes:
    return hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
