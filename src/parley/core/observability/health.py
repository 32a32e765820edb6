"""Whether this process is up, and whether it can serve."""

import asyncio
from time import perf_counter

import msgspec
from litestar import MediaType, Response, get
from redis.exceptions import RedisError

from parley.core.db.migrated import is_migrated
from parley.core.errors import Unavailable
from parley.core.events.redis import asking
from parley.core.http.access import ANYONE, AnyRequest
from parley.core.http.failures import OUTAGES

# Whoever asks waits no longer than this: a health check gives up after three.
PATIENCE_SECONDS = 2.5
ENDING = "This process is about to end."


class HealthNote(msgspec.Struct, frozen=True):
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
    process = HealthNote("fail", "process", ENDING) if ending else HealthNote("ok", "process", "It takes requests.")
    parts = [process, *await asyncio.gather(_database(), _redis())]
    good = all(part.level != "fail" for part in parts)
    lines = [f"{part.level:<5} {part.part:<9} {part.text}" for part in parts]
    return _answer("\n".join(["ready" if good else "not ready", *lines]), good=good)


def _answer(text: str, *, good: bool) -> Response[str]:
    return Response(text + "\n", status_code=200 if good else 503, media_type=MediaType.TEXT)


async def _database() -> HealthNote:
    begun = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            migrated = await is_migrated()
    except (Unavailable, *OUTAGES):
        return HealthNote("fail", "database", "PostgreSQL does not answer.")
    if not migrated:
        return HealthNote("fail", "database", "It is not migrated. Run `parley migrate`.")
    return HealthNote(
        "ok", "database", f"PostgreSQL answers in {(perf_counter() - begun) * 1_000:.1f} ms, and is migrated."
    )


async def _redis() -> HealthNote:
    begun = perf_counter()
    try:
        async with asking() as client:
            await client.ping()
    except (RedisError, OSError, TimeoutError):
        return HealthNote("warn", "redis", "Redis does not answer. Pages work; live updates are some seconds late.")
    return HealthNote("ok", "redis", f"Redis answers in {(perf_counter() - begun) * 1_000:.1f} ms.")


handlers: list[object] = [healthz, readyz]
