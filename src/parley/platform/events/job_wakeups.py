"""Wakes the worker, so that work in PostgreSQL does not wait for the next sweep."""

from collections.abc import Callable
from contextvars import ContextVar

import structlog
from redis.exceptions import RedisError

from parley.platform.events.redis import asking

log = structlog.get_logger(__name__)

CHANNEL = "work"

# Set by the worker in each sweep. Nothing happens where a sweep runs outside the worker.
on_claim: ContextVar[Callable[[], None]] = ContextVar("on_claim", default=lambda: None)


def start_another() -> None:
    """Start another sweep of the running job, which has claimed an item: more items may be waiting."""
    on_claim.get()()


async def wake_job(job: str) -> None:
    """Let the worker run `job` now. Without Redis the job's next sweep finds the work."""
    try:
        async with asking() as client:
            await client.publish(CHANNEL, job)
    except (RedisError, OSError, TimeoutError) as error:
        log.info("worker not woken: its next sweep finds the work", job=job, error=repr(error))
