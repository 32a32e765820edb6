import asyncio

import pytest

from parley.platform import tasks

pytestmark = pytest.mark.anyio


async def test_a_task_that_loses_its_first_cancellation_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_SECONDS", 0.01)
    lost = []

    async def losing() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError as cancellation:
                if lost:
                    raise
                lost.append(cancellation)

    task = asyncio.create_task(losing())
    await asyncio.sleep(0)
    await tasks.end([task])

    assert task.cancelled() and lost


async def test_tasks_that_have_ended_or_fail_are_no_obstacle() -> None:
    async def failing() -> None:
        raise ZeroDivisionError

    ended = [asyncio.create_task(failing()), asyncio.create_task(asyncio.sleep(0))]
    await asyncio.wait(ended)
    await tasks.end([*ended, asyncio.create_task(failing())])
    await tasks.end([])
