"""The process's Redis client: short time-outs, because what Redis holds may always be lost."""

from time import monotonic
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.3
# After a lost nudge no other is tried for so long: a Redis that hangs costs one time-out, not one a post.
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


async def publish(message: dict[str, Any]) -> None:
    """Nudge the live hubs. A nudge that is lost only delays: hubs look at PostgreSQL every few seconds too."""
    global _rests_until  # noqa: PLW0603 one state of one Redis
    if monotonic() < _rests_until:
        return
    try:
        await redis().publish(LIVE_CHANNEL, msgspec.json.encode(message))
    except (RedisError, OSError, TimeoutError) as error:
        _rests_until = monotonic() + REST_SECONDS
        log.warning("live nudge lost", error=repr(error))
