"""Wakes the worker, so that work in PostgreSQL does not wait for the next sweep."""

import structlog
from redis.exceptions import RedisError

from parley.platform.events.redis import asking

log = structlog.get_logger(__name__)

CHANNEL = "work"


async def wake_job(job: str) -> None:
    """Let the worker run `job` now. Without Redis the job's next sweep finds the work."""
    try:
        async with asking() as client:
            await client.publish(CHANNEL, job)
    except (RedisError, OSError, TimeoutError) as error:
        log.info("worker not woken: its next sweep finds the work", job=job, error=repr(error))
