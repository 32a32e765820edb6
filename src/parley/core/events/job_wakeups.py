"""Waking the worker: a job that PostgreSQL already holds need not wait for the next sweep."""

import structlog
from redis.exceptions import RedisError

from parley.core.events.redis import asking

log = structlog.get_logger(__name__)

CHANNEL = "work"


async def wake_job(job: str) -> None:
    """Have the worker run `job` now. Without Redis the job's own sweep finds the work a little later."""
    try:
        async with asking() as client:
            await client.publish(CHANNEL, job)
    except (RedisError, OSError, TimeoutError) as error:
        log.info("worker not woken, its sweep will find the work", job=job, error=repr(error))
