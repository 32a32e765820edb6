"""Health checks: whether this process runs, and whether it can serve pages."""

import asyncio
from time import perf_counter

import msgspec
from litestar import MediaType, Response, get
from redis.exceptions import RedisError

from parley.platform.db.migrated import is_migrated
from parley.platform.db.outages import OUTAGES
from parley.platform.errors import Unavailable
from parley.platform.events.redis import asking
from parley.platform.http.access import ANYONE, AnyRequest

# Below the three seconds after which a health check usually times out.
PATIENCE_SECONDS = 2.5
STOPPING = "This process is stopping."


class HealthNote(msgspec.Struct, frozen=True):
    """The health of a part: `ok`, `warn` if pages are still served, or `fail`."""

    level: str
    part: str
    text: str


@get("/healthz", name="health:up", opt={"who": ANYONE})
async def healthz(request: AnyRequest) -> Response[str]:
    """200 while this process takes requests; 503 once it stops, so that a proxy uses other processes.

    It ignores the database. When that is down, people should see our error page with what they typed.
    """
    ending = request.app.state.ending
    return _answer(STOPPING if ending else "up", good=not ending)


@get("/readyz", name="health:ready", opt={"who": ANYONE})
async def readyz(request: AnyRequest) -> Response[str]:
    """200 if the database answers and is migrated, and this process is not stopping; else 503. A line for each part."""
    ending = request.app.state.ending
    process = HealthNote("fail", "process", STOPPING) if ending else HealthNote("ok", "process", "It takes requests.")
    parts = [process, _client(request), *await asyncio.gather(_database(), _redis())]
    good = all(part.level != "fail" for part in parts)
    lines = [f"{part.level:<5} {part.part:<9} {part.text}" for part in parts]
    return _answer("\n".join(["ready" if good else "not ready", *lines]), good=good)


def _client(request: AnyRequest) -> HealthNote:
    """Whom we take the client for: `parley doctor` compares it with what it sent."""
    way = "through a trusted proxy" if request.scope.get("from_proxy") else "directly"
    return HealthNote("ok", "client", f"It is {request.client.host if request.client else 'unknown'}, {way}.")


def _answer(text: str, *, good: bool) -> Response[str]:
    return Response(text + "\n", status_code=200 if good else 503, media_type=MediaType.TEXT)


async def _database() -> HealthNote:
    start = perf_counter()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            migrated = await is_migrated()
    except (Unavailable, *OUTAGES):
        return HealthNote("fail", "database", "PostgreSQL does not answer.")
    if not migrated:
        return HealthNote("fail", "database", "It is not migrated. Run `parley migrate`.")
    return HealthNote(
        "ok", "database", f"PostgreSQL answers in {(perf_counter() - start) * 1_000:.1f} ms, and is migrated."
    )


async def _redis() -> HealthNote:
    start = perf_counter()
    try:
        async with asking() as client:
            await client.ping()
    except (RedisError, OSError, TimeoutError):
        return HealthNote("warn", "redis", "Redis does not answer. Pages work; live updates are some seconds late.")
    return HealthNote("ok", "redis", f"Redis answers in {(perf_counter() - start) * 1_000:.1f} ms.")


handlers: list[object] = [healthz, readyz]
