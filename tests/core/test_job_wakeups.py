"""A job that has work is woken over Redis, before its next sweep."""

import asyncio

import pytest
from litestar import Litestar

from parley.core.events import tasks
from parley.core.events.job_wakeups import CHANNEL, wake_job
from parley.core.events.redis import redis
from parley.worker import Worker


@pytest.mark.anyio
async def test_a_job_that_has_work_is_woken_at_once(app: Litestar) -> None:
    worker = Worker()
    listening = asyncio.create_task(worker._listen())
    async with asyncio.timeout(60):
        while not await is_heard():
            await asyncio.sleep(0.01)

    await wake_job("mail")

    await asyncio.wait_for(worker._woken["mail"].wait(), timeout=60)
    assert not worker._woken["imports"].is_set()
    await tasks.end([listening])


async def is_heard() -> bool:
    [(_, subscribers)] = await redis().pubsub_numsub(CHANNEL)
    return bool(subscribers)
