"""The process's Redis client. Its time-outs are short, since everything in Redis may be lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

from parley.platform.observability.metrics import LISTENING, SIGNALS

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.3
# After a failure Redis is not used for this long, so that a hanging Redis costs one time-out, not one a request.
PAUSE_SECONDS = 1.0
# A subscription without messages for this long sends a ping, and reconnects when there is no answer.
SILENCE_SECONDS = 5.0
LIVE_CHANNEL = "live"

_client: Redis | None = None
_paused_until = 0.0


def open_redis(url: str) -> Redis:
    """Create the process's client. It connects later, so the process starts while Redis is down."""
    global _client  # noqa: PLW0603 one client for the process
    _client = client_of(
        url,
        seconds=TIMEOUT_SECONDS,
        health_check_interval=30,
        # Retry after a closed connection, not after a time-out.
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
    )
    return _client


def client_of(url: str, *, seconds: float, **options: Any) -> Redis:
    """Return a client for the server at `url`, or for the current master of some sentinels.

    The form for sentinels is `sentinel://:password@host1:26379,host2:26379/name-of-the-master`.
    """
    options |= {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    if not url.startswith("sentinel://"):
        return Redis.from_url(url, **options)
    login, _, hosts = urlsplit(url).netloc.rpartition("@")
    addresses = [host.rpartition(":") for host in hosts.split(",")]
    # Of three sentinels, the first two may be down.
    timeouts = {"socket_timeout": seconds / 3, "socket_connect_timeout": seconds / 3}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        [(host, int(port)) for host, _, port in addresses], sentinel_kwargs=timeouts
    )
    password = unquote(login.partition(":")[2]) or None
    master: Redis = sentinels.master_for(urlsplit(url).path.strip("/"), password=password, **options)
    return master


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
    """Yield a client for at most TIMEOUT_SECONDS; raise at once for PAUSE_SECONDS after a failure.

    Raises RedisError, OSError or TimeoutError, which the caller must handle.
    """
    global _paused_until  # noqa: PLW0603 one Redis for the process
    if monotonic() < _paused_until:
        raise ConnectionLost("Redis failed a moment ago")
    client = client or redis()
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            yield client
    except (RedisError, OSError, TimeoutError):
        _paused_until = monotonic() + PAUSE_SECONDS
        raise
    except RuntimeError as error:
        # uvloop's, for writing to a connection that it has closed.
        _paused_until = monotonic() + PAUSE_SECONDS
        raise ConnectionLost(str(error)) from error


async def publish(message: bytes) -> None:
    """Publish to the other processes' hubs. They also poll PostgreSQL every few seconds, so a loss is only a delay."""
    if _client is None:
        # The process is stopping, or is a command that runs without Redis.
        return
    try:
        async with asking() as client:
            await client.publish(LIVE_CHANNEL, message)
        SIGNALS.labels("sent").inc()
    except (RedisError, OSError, TimeoutError) as error:
        SIGNALS.labels("lost").inc()
        log.warning("signal lost", error=repr(error))


async def subscribe(*channels: str) -> AsyncIterator[tuple[str, bytes]]:
    """Yield the channel and the message of everything on `channels`, without end; reconnect after every loss."""
    client = redis()
    while True:
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(*channels)
                LISTENING.set(1)
                is_pinged = False
                while True:
                    message = await pubsub.get_message(timeout=SILENCE_SECONDS)
                    if message is None and is_pinged:
                        # The server is gone without closing the connection. TCP would need hours to notice.
                        raise ConnectionLost("the subscription is half open")
                    if message is None:
                        await pubsub.ping()
                    elif message["type"] == "message":
                        yield message["channel"].decode(), message["data"]
                    is_pinged = message is None
        # RuntimeError is uvloop's, for writing to a connection that it has closed.
        except (RedisError, OSError, TimeoutError, RuntimeError) as error:
            LISTENING.set(0)
            log.info("subscription lost, trying again", channels=channels, error=repr(error))
            await asyncio.sleep(1)
