"""What Prometheus is told of the worker: its jobs, and what waits in PostgreSQL."""

import pytest

import make
from parley import mail, worker
from parley.core import db
from parley.core.observability import metrics, queues
from parley.worker import Job

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

    assert await worker._sweep(Job("well", work)) == 3
    assert await worker._sweep(Job("ill", fail)) == 0

    assert metrics.JOB_FINISHED.labels("well")._value.get() > 1e9
    assert metrics.JOB_FAILURES.labels("well")._value.get() == 0
    assert metrics.JOB_FAILURES.labels("ill")._value.get() == 1
    assert metrics.JOB_SECONDS.labels("ill")._sum.get() >= 0
