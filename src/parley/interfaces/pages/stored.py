"""Visitors' pages in Redis: what one process has rendered, no other process and no later one renders again.

Redis may hold anything, so each page is signed together with what it was made for and from.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import time
from typing import cast

import msgspec
from redis.exceptions import RedisError

from parley.platform import db, signing
from parley.platform.events.redis import asking
from parley.platform.http.assets import PACKAGE, folder
from parley.platform.http.environment import environment
from parley.platform.http.pages import Encoded
from parley.platform.observability.metrics import CACHE_READS
from parley.platform.text.languages import LOCALES, spoken

# One hash, so that visitors add no keys, and nothing in it is older than an hour.
PAGES = "pages"
SECONDS = 3_600
# Each page has one of this many places, so that all together take at most 164 MB. Compressed, an article with 40
# comments takes 16 to 30 kB.
PLACES = 4_096
LARGEST = 40_000

PURPOSE = "stored page"
# Each cluster numbers its transactions, which validators contain, from the beginning.
SELECT_CLUSTER = "select system_identifier from pg_control_system()"

# The code and the database cluster that pages are made with. Until they are known, nothing is stored or read.
_maker: tuple[str, int] | None = None

_hits, _misses = (CACHE_READS.labels("stored-pages", is_hit) for is_hit in ("yes", "no"))


class StoredPage(msgspec.Struct, frozen=True, array_like=True):
    """A page and until when its relative times are right, in seconds since 1970."""

    signature: bytes
    until: float
    etag: str
    content: bytes


async def prepare() -> None:
    """Identify the code and the cluster, when the process starts."""
    global _maker  # noqa: PLW0603 one maker for the process
    _maker = (_digest(_sources()), await db.value(SELECT_CLUSTER))


async def read(wanted: object, validator: str) -> tuple[Encoded, float] | None:
    """Return the page that was made for `wanted` from a thread with this validator, and how long it stays right."""
    if _maker is None:
        return None
    made_for = _made_for(wanted)
    page = await _read(_place(made_for))
    left = page.until - time() if page else 0.0
    if page is None or left <= 0 or page.signature != _signature(made_for, validator, page.until, page.content):
        _misses.inc()
        return None
    _hits.inc()
    return Encoded(page.content, page.etag), left


async def write(wanted: object, validator: str, page: Encoded, seconds: float) -> None:
    """Store a page that is right for this many seconds. Without Redis nothing is stored."""
    if _maker is None or len(page.content) > LARGEST:
        return
    made_for, until = _made_for(wanted), time() + seconds
    stored = StoredPage(_signature(made_for, validator, until, page.content), until, page.etag, page.content)
    with suppress(RedisError, OSError, TimeoutError):
        async with asking() as redis:
            both = redis.pipeline(transaction=False)
            both.hset(PAGES, _place(made_for), msgspec.msgpack.encode(stored))
            both.expire(PAGES, SECONDS, nx=True)
            await both.execute()


async def _read(place: str) -> StoredPage | None:
    with suppress(RedisError, OSError, TimeoutError, msgspec.MsgspecError):
        async with asking() as redis:
            stored = await redis.hget(PAGES, place)
        return msgspec.msgpack.decode(cast("bytes", stored), type=StoredPage) if stored else None
    return None


def _made_for(wanted: object) -> bytes:
    """Return all that a page depends on besides its thread."""
    shared = environment().globals
    return repr((wanted, spoken().code, shared["site"], shared["topics"], shared["site_pages"], _maker)).encode()


def _place(made_for: bytes) -> str:
    return str(int.from_bytes(hashlib.blake2b(made_for, digest_size=4).digest()) % PLACES)


def _signature(made_for: bytes, validator: str, until: float, content: bytes) -> bytes:
    return signing.sign(PURPOSE, b"|".join((made_for, validator.encode(), repr(until).encode(), content)))


def _sources() -> Iterable[Path]:
    """Yield all files that pages are made from."""
    for place in (PACKAGE, folder("templates"), folder("static"), LOCALES):
        yield from (file for file in sorted(place.rglob("*")) if file.is_file() and "__pycache__" not in file.parts)


def _digest(files: Iterable[Path]) -> str:
    """Return a digest that differs once a file is written: reading them all would take longer than a page."""
    states = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return hashlib.blake2b(repr(states).encode(), digest_size=12).hexdigest()
