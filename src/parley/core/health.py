"""Whether this process is up, and whether it can serve."""

import asyncio
from time import perf_counter
from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get
from redis.exceptions import RedisError

from parley.core.access import ANYONE
from parley.core.errors import Unavailable
from parley.core.failures import OUTAGES
from parley.core.migrated import is_migrated
from parley.core.redis import asking

AnyRequest = Request[Any, Any, Any]

# Whoever asks waits no longer than this: a health check gives up after three.
PATIENCE_SECONDS = 2.5
ENDING = "This process is about to end."


class Said(msgspec.Struct, frozen=True):
    """What there is to say of a part: `ok`, `warn` where pages are served all the same, or `fail`."""

    level: str
    part: str
    text: str


@get("/healthz", name="health:up", opt={"who": ANYONE})
async def healthz(request: AnyRequest) -> Response[str]:
    """200 while this process takes requests; 503 once it is about to end, so that a proxy turns to others.

    It says nothing of the database: when that is away, people shall see our own page, with what they typed.
    """
    ending = request.app.state.ending
    return _answer(ENDING if ending else "up", good=not ending)


@get("/readyz", name="health:ready", opt={"who": ANYONE})
async def readyz(request: AnyRequest) -> Response[str]:
    """200 when the database answers and is migrated and this process is not about to end; else 503. A line a part."""
    ending = request.app.state.ending
    process = Said("fail", "process", ENDING) if ending else Said("ok", "process", "It takes requests.")
    parts = [process, *await asyncio.gather(_database(), _redis())]
    good = all(part.level != "fail" for part in parts)
    lines = [f"{part.level:<5} {part.part:<9} {part.text}" for part in parts]
    return _answer("\n".join(["ready" if good else "not ready", *lines]), good=good)


def _answer(text: str, *, good: bool) -> Response[str]:
    return Response(text + "\n", status_code=200 if good else 503, media_type=MediaType.TEXT)


async def _database() -> Said:
    begun = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            migrated = await is_migrated()
    except (Unavailable, *OUTAGES):
        return Said("fail", "database", "PostgreSQL does not answer.")
    if not migrated:
        return Said("fail", "database", "It is not migrated. Run `parley migrate`.")
    return Said("ok", "database", f"PostgreSQL answers in {(perf_counter() - begun) * 1_000:.1f} ms, and is migrated.")


async def _redis() -> Said:
    begun = perf_counter()
    try:
        async with asking() as client:
            await client.ping()
    except (RedisError, OSError, TimeoutError):
        return Said("warn", "redis", "Redis does not answer. Pages work; live updates are some seconds late.")
    return Said("ok", "redis", f"Redis answers in {(perf_counter() - begun) * 1_000:.1f} ms.")


handlers = [healthz, readyz]
