"""Slots are shared between those who wait in different queues."""

import asyncio

import pytest

from parley.platform.shared_slots import SharedSlots

pytestmark = pytest.mark.anyio

FIRST, SECOND = 0, 1


class Work:
    """Work for which slots are needed, each of which takes a turn of the event loop."""

    def __init__(self, slots: SharedSlots) -> None:
        self.done: list[int] = []
        self._slots = slots

    def begin(self, queue: int, count: int) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self._run(queue)) for _ in range(count)]

    async def _run(self, queue: int) -> None:
        async with self._slots.hold(queue):
            await asyncio.sleep(0)
            self.done.append(queue)


@pytest.fixture
def work() -> Work:
    return Work(SharedSlots(1, [3, 1]))


async def test_each_queue_gets_its_share(work: Work) -> None:
    await asyncio.gather(*work.begin(SECOND, 20), *work.begin(FIRST, 20))
    # The first was there when nobody else was.
    assert work.done[1:21].count(FIRST) == 15
    assert len(work.done) == 40


async def test_who_comes_late_does_not_wait_for_a_long_queue_and_has_no_claim_to_the_past(work: Work) -> None:
    long = work.begin(SECOND, 100)
    while len(work.done) < 50:
        await asyncio.sleep(0)
    await asyncio.gather(*work.begin(FIRST, 40))
    assert work.done[50:52].count(FIRST) >= 1
    assert 10 <= work.done[50:].count(SECOND) <= 16
    await asyncio.gather(*long)


async def test_the_slot_of_somebody_who_gave_up_is_passed_on(work: Work) -> None:
    tasks = [*work.begin(FIRST, 5), *work.begin(SECOND, 5)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert len(work.done) == 5

    await asyncio.gather(*work.begin(FIRST, 3))
    assert len(work.done) == 8


async def test_as_many_hold_a_slot_as_there_are() -> None:
    slots, holding, most = SharedSlots(2, [1, 1]), 0, 0

    async def run(queue: int) -> None:
        nonlocal holding, most
        async with slots.hold(queue):
            holding += 1
            most = max(most, holding)
            await asyncio.sleep(0)
            holding -= 1

    await asyncio.gather(*(run(number % 2) for number in range(20)))
    assert most == 2
