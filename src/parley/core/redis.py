"""The process's Redis client: short time-outs, because what Redis holds may always be lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.3
# After a failure Redis is not asked for so long: one that hangs costs one time-out, not one a request.
REST_SECONDS = 1.0
LIVE_CHANNEL = "live"

_client: Redis | None = None
_rests_until = 0.0


def open_redis(url: str) -> Redis:
    """Make the process's client. Nothing is connected yet, so a Redis that is down does not stop the start."""
    global _client  # noqa: PLW0603 one client a process, as the pool in db.py
    _client = Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        health_check_interval=30,
        # A connection that Redis closed is opened again; one that hangs is not waited for twice.
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
    )
    return _client


def redis() -> Redis:
    if _client is None:
        raise RuntimeError("Redis is not open")
    return _client


async def close_redis() -> None:
    global _client
    if _client is not None:
        client, _client = _client, None
        await client.aclose()


@asynccontextmanager
async def asking(client: Redis | None = None) -> AsyncIterator[Redis]:
    """Ask Redis something: in 0.3 s altogether, and not at all for a second after it failed.

    Raises RedisError, OSError or TimeoutError, which the caller must be able to live with.
    """
    global _rests_until  # noqa: PLW0603 one state of one Redis
    if monotonic() < _rests_until:
        raise ConnectionLost("Redis failed a moment ago")
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            yield client or redis()
    except (RedisError, OSError, TimeoutError):
        _rests_until = monotonic() + REST_SECONDS
        raise


async def publish(message: bytes) -> None:
    """Nudge the live hubs. A nudge that is lost only delays: hubs look at PostgreSQL every few seconds too."""
    if _client is None:
        # A process that is ending, or a command that runs without Redis.
        return
    try:
        async with asking() as client:
            await client.publish(LIVE_CHANNEL, message)
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("live nudge lost", error=repr(error))
