"""What Prometheus is told of the worker: its jobs, and what waits in PostgreSQL."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from parley.people import mail
from parley.platform import db
from parley.platform.events import scheduler
from parley.platform.events.scheduler import Job
from parley.platform.observability import metrics
from parley.site import queues
from tests import make

pytestmark = pytest.mark.anyio


async def waiting() -> dict[str, float]:
    await queues.update()
    return {sample.labels["queue"]: sample.value for sample in next(iter(metrics.WAITING.collect())).samples}


async def oldest(queue: str) -> float:
    await queues.update()
    return metrics.OLDEST_SECONDS.labels(queue)._value.get()  # type: ignore[no-any-return]


async def test_every_queue_is_told_also_one_that_is_empty(app: object) -> None:
    assert await waiting() == dict.fromkeys(
        ("imports", "events", "mail", "digests", "issues", "backtests", "exports", "holds", "reports", "appeals"), 0
    )


async def test_what_waits_is_counted_and_how_long_the_oldest_has(app: object) -> None:
    await make.comment(await make.thread(), await make.member())
    await mail.send("test.1", "mira@example.org", "A subject", "Some words")
    await db.execute("update event set created_at = now() - interval '90 seconds'")

    found = await waiting()

    assert (found["events"], found["mail"], found["imports"]) == (2, 1, 0)
    assert await oldest("events") == 90
    assert await oldest("imports") == 0


async def test_a_queue_that_cannot_be_read_is_not_told_as_it_was(app: object, monkeypatch: pytest.MonkeyPatch) -> None:
    await queues.update()

    async def away(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(queues, "fetch", away)
    with pytest.raises(ConnectionError):
        await queues.update()

    assert next(iter(metrics.WAITING.collect())).samples == []


async def test_a_sweep_is_told_with_its_time_and_whether_it_failed(app: object) -> None:
    async def work() -> int:
        return 3

    async def fail() -> int:
        raise ZeroDivisionError

    assert await scheduler._sweep(Job("well", work)) == 3
    assert await scheduler._sweep(Job("ill", fail)) == 0

    assert metrics.JOB_FINISHED.labels("well")._value.get() > 1e9
    assert metrics.JOB_FAILURES.labels("well")._value.get() == 0
    assert metrics.JOB_FAILURES.labels("ill")._value.get() == 1
    assert metrics.JOB_SECONDS.labels("ill")._sum.get() >= 0


async def test_a_job_goes_on_when_what_it_waited_for_was_cancelled(app: object) -> None:
    """Its loop ended silently: the job never ran again."""

    async def wait() -> int:
        awaited = asyncio.get_running_loop().create_future()
        awaited.cancel()
        return await awaited

    assert await scheduler._sweep(Job("waits", wait)) == 0
    assert metrics.JOB_FAILURES.labels("waits")._value.get() == 1


async def test_a_sweep_is_cancelled_when_the_worker_stops(app: object) -> None:
    async def hang() -> int:
        return await asyncio.Event().wait()

    sweep = asyncio.create_task(scheduler._sweep(Job("hangs", hang)))
    await asyncio.sleep(0)
    sweep.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweep


async def test_a_job_whose_first_sweep_hangs_is_known_to_the_alert(
    app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang() -> int:
        return await asyncio.Event().wait()

    monkeypatch.setattr(scheduler, "STOP_SECONDS", 0.01)
    running = scheduler.Scheduler([Job("hangs from the start", hang, seconds=1, due="select 1 limit 0")])
    ended = asyncio.create_task(running.run())
    await asyncio.sleep(0.01)
    running.stop()
    await ended
    assert metrics.JOB_FINISHED.labels("hangs from the start")._value.get() > 1e9


async def test_the_heartbeat_is_touched_only_after_a_poll_that_succeeded(app: object, tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    unreadable = scheduler.Scheduler([Job("broken", db.close_pool, due="select from nowhere")], heartbeat=file)
    with pytest.raises(asyncpg.UndefinedTableError):
        async with db.atomic():
            await unreadable._poll()
    assert not file.exists()

    await scheduler.Scheduler([Job("idle", db.close_pool, due="select 1 limit 0")], heartbeat=file)._poll()
    assert file.exists()


def test_what_is_no_message_wakes_nothing() -> None:
    scheduler.Scheduler([])._wake_for(scheduler.CHANNEL, b"\xff")
