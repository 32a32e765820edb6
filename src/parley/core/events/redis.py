"""The process's Redis client: short time-outs, because what Redis holds may always be lost."""

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

from parley.core.observability.metrics import LISTENING, NUDGES

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS = 0.3
# After a failure Redis is not asked for so long: one that hangs costs one time-out, not one a request.
REST_SECONDS = 1.0
# A subscription that hears nothing for so long asks whether anybody is there, and is made anew if nobody is.
SILENCE_SECONDS = 5.0
LIVE_CHANNEL = "live"

_client: Redis | None = None
_rests_until = 0.0


def open_redis(url: str) -> Redis:
    """Make the process's client. Nothing is connected yet, so a Redis that is down does not stop the start."""
    global _client  # noqa: PLW0603 one client a process, as the pool in db.py
    _client = client_of(
        url,
        seconds=TIMEOUT_SECONDS,
        health_check_interval=30,
        # A connection that Redis closed is opened again; one that hangs is not waited for twice.
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
    )
    return _client


def client_of(url: str, *, seconds: float, **options: Any) -> Redis:
    """A client for a server's `url`, or for whichever server some sentinels say is the master.

    Those are named by `sentinel://:password@host1:26379,host2:26379/name-of-the-master`.
    """
    options |= {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    if not url.startswith("sentinel://"):
        return Redis.from_url(url, **options)
    login, _, hosts = urlsplit(url).netloc.rpartition("@")
    addresses = [host.rpartition(":") for host in hosts.split(",")]
    # Of three, two may be dead that are asked before the one that lives.
    asked = {"socket_timeout": seconds / 3, "socket_connect_timeout": seconds / 3}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        [(host, int(port)) for host, _, port in addresses], sentinel_kwargs=asked
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
    """Send to the other processes' hubs. A lost signal only delays: hubs look at PostgreSQL every few seconds too."""
    if _client is None:
        # A process that is ending, or a command that runs without Redis.
        return
    try:
        async with asking() as client:
            await client.publish(LIVE_CHANNEL, message)
        NUDGES.labels("sent").inc()
    except (RedisError, OSError, TimeoutError) as error:
        NUDGES.labels("lost").inc()
        log.warning("signal lost", error=repr(error))


async def subscribed(*channels: str) -> AsyncIterator[tuple[str, bytes]]:
    """What is said on `channels`, with the channel's name: for ever, through every loss of the connection."""
    while True:
        try:
            async with redis().pubsub() as pubsub:
                await pubsub.subscribe(*channels)
                LISTENING.set(1)
                is_asked = False
                while True:
                    message = await pubsub.get_message(timeout=SILENCE_SECONDS)
                    if message is None and is_asked:
                        # The other end is gone without a word: TCP alone would take hours to find out.
                        raise ConnectionLost("the subscription is half open")
                    if message is None:
                        await pubsub.ping()
                    elif message["type"] == "message":
                        yield message["channel"].decode(), message["data"]
                    is_asked = message is None
        except (RedisError, OSError, TimeoutError) as error:
            LISTENING.set(0)
            log.info("subscription lost, trying again", channels=channels, error=repr(error))
            await asyncio.sleep(1)
