"""A job that has work is woken over Redis, before its next sweep."""

import asyncio
from typing import Any

import pytest
from litestar import Litestar
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as ConnectionLost

from parley.platform.events import redis as client
from parley.platform.events import tasks
from parley.platform.events.job_wakeups import CHANNEL, wake_job
from parley.platform.events.redis import redis
from parley.site import worker as worker_module
from parley.site.worker import Job, Worker


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


@pytest.mark.anyio
async def test_a_connection_that_was_closed_beneath_a_subscription_is_made_anew(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvloop raises RuntimeError: it ended the subscription of a process for good, and forms were answered with 500."""
    closed, get_message = [RuntimeError("the handler is closed")], PubSub.get_message

    async def once(self: PubSub, **options: Any) -> Any:
        if closed:
            raise closed.pop()
        return await get_message(self, **options)

    monkeypatch.setattr(PubSub, "get_message", once)
    await test_a_job_that_has_work_is_woken_at_once(app)

    monkeypatch.setattr(client, "_paused_until", 0.0)
    with pytest.raises(ConnectionLost):
        async with client.asking():
            raise RuntimeError("the handler is closed")


async def is_heard() -> bool:
    [(_, subscribers)] = await redis().pubsub_numsub(CHANNEL)
    return bool(subscribers)


@pytest.mark.anyio
async def test_a_starting_worker_begins_with_what_cannot_wait(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    urgent, deferred = asyncio.Event(), asyncio.Event()
    jobs = (job("urgent", urgent), job("deferred", deferred, deferrable=True))
    monkeypatch.setattr(worker_module, "JOBS", jobs)
    worker = Worker()
    running = asyncio.create_task(worker.run())

    await asyncio.wait_for(urgent.wait(), timeout=60)
    assert not deferred.is_set()
    worker._wake(CHANNEL, b"deferred")

    await asyncio.wait_for(deferred.wait(), timeout=60)
    worker.stop()
    await running


def job(name: str, done: asyncio.Event, *, deferrable: bool = False) -> Job:
    async def run() -> int:
        done.set()
        return 0

    return Job(name, run, seconds=3_600, deferrable=deferrable)
