"""The scheduler runs jobs when they are woken over Redis, found to have work, or at intervals."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Self

import pytest
from litestar import Litestar
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as ConnectionLost

from parley.platform import db, tasks
from parley.platform.db.pool import ConnectionPool
from parley.platform.events import redis as client
from parley.platform.events.job_wakeups import CHANNEL, start_another, wake_job
from parley.platform.events.redis import redis
from parley.platform.events.scheduler import POLL_SECONDS, Job, Scheduler, select_due
from parley.site.worker import JOBS

pytestmark = pytest.mark.anyio

PATIENCE = 60
FOREVER = 3_600.0
DUE, NOT_DUE = "select 1", "select 1 limit 0"


async def test_a_job_that_has_work_is_woken_at_once(app: Litestar) -> None:
    scheduler = Scheduler(JOBS)
    listening = asyncio.create_task(scheduler._listen())
    async with asyncio.timeout(PATIENCE):
        while not await is_heard():
            await asyncio.sleep(0.01)

    await wake_job("mail")

    await asyncio.wait_for(scheduler._changed.wait(), timeout=PATIENCE)
    assert [name for name, schedule in scheduler._schedules.items() if schedule.is_woken] == ["mail"]
    await tasks.end([listening])


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


class Sweeps:
    """Jobs of a scheduler that runs, and how many of their sweeps have started."""

    def __init__(self) -> None:
        self.started: Counter[str] = Counter()
        self.jobs: list[Job] = []

    def add(self, name: str, then: Callable[[], Awaitable[int]] | None = None, **options: Any) -> None:
        async def run() -> int:
            self.started[name] += 1
            return await then() if then else 0

        self.jobs.append(Job(name, run, **({"seconds": FOREVER, "due": NOT_DUE} | options)))

    async def __aenter__(self) -> Self:
        self.scheduler = Scheduler(self.jobs)
        self._task = asyncio.create_task(self.scheduler.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.scheduler.stop()
        await self._task

    def wake(self, name: str) -> None:
        self.scheduler._wake_for(CHANNEL, name.encode())

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.001)


@pytest.fixture
def sweeps(app: Litestar) -> Sweeps:
    return Sweeps()


async def test_a_starting_worker_begins_with_what_cannot_wait(sweeps: Sweeps) -> None:
    sweeps.add("urgent")
    sweeps.add("deferred", deferrable=True, due=DUE)
    async with sweeps:
        await sweeps.until(lambda: sweeps.started["urgent"] == 1 and not sweeps.scheduler._sweeps)
        assert sweeps.started["deferred"] == 0

        sweeps.wake("deferred")

        await sweeps.until(lambda: sweeps.started["deferred"] == 1)


async def test_work_that_nobody_announced_is_found(sweeps: Sweeps) -> None:
    sweeps.add("due", due=DUE)
    sweeps.add("not due")
    async with sweeps:
        await sweeps.until(lambda: sweeps.started["due"] > 1)

    assert sweeps.started["not due"] == 1


async def test_parallel_sweeps_start_only_while_sweeps_find_work(sweeps: Sweeps) -> None:
    items, left = 5, asyncio.Event()

    async def claim() -> int:
        nonlocal items
        if not items:
            return 0
        items -= 1
        start_another()
        await left.wait()
        return 1

    sweeps.add("claims", claim, concurrency=3, repeats=True)
    async with sweeps:
        await sweeps.until(lambda: sweeps.started["claims"] == 3)
        await asyncio.sleep(0.01)
        assert sweeps.started["claims"] == 3
        left.set()
        await sweeps.until(lambda: not items and not sweeps.scheduler._sweeps)
        # After each of the five that found something, at most one that found nothing.
        assert 5 < sweeps.started["claims"] <= 10


async def test_a_job_woken_during_its_sweep_runs_again(sweeps: Sweeps) -> None:
    free = asyncio.Event()

    async def hold() -> int:
        await free.wait()
        return 0

    sweeps.add("held", hold)
    async with sweeps:
        await sweeps.until(lambda: sweeps.started["held"] == 1)
        sweeps.wake("held")
        await asyncio.sleep(0.01)
        assert sweeps.started["held"] == 1
        free.set()
        await sweeps.until(lambda: sweeps.started["held"] == 2)


async def test_a_job_that_is_woken_often_rests_between_its_sweeps(sweeps: Sweeps) -> None:
    sweeps.add("rests", gap=FOREVER)
    async with sweeps:
        await sweeps.until(lambda: sweeps.started["rests"] == 1)
        sweeps.wake("rests")
        await asyncio.sleep(0.01)

    assert sweeps.started["rests"] == 1


async def test_an_idle_worker_asks_less_than_one_statement_a_second(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, run = 0, ConnectionPool.run

    async def counted(self: ConnectionPool, *args: Any) -> Any:
        nonlocal count
        count += 1
        return await run(self, *args)

    monkeypatch.setattr(ConnectionPool, "run", counted)
    assert await db.values(select_due(JOBS)) == []
    rate = count / POLL_SECONDS
    for job in JOBS:
        if job.hour is None:
            await job.run()
            count = 0
            await job.run()
            rate += count / job.seconds

    assert 0.2 < rate < 0.9
