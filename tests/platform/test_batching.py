import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from parley.platform.concurrency import Batcher

pytestmark = pytest.mark.anyio

caller: ContextVar[str] = ContextVar("caller", default="none")


class Doubling:
    """Doubles numbers, and records which it was asked for together."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.callers: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def __call__(self, numbers: list[int]) -> Sequence[int]:
        self.calls.append([*numbers])
        self.callers.append(caller.get())
        await self.may_answer.wait()
        if 0 in numbers:
            raise ZeroDivisionError
        return [2 * number for number in numbers]


async def test_what_is_asked_at_once_is_answered_by_one_call_each_with_its_own() -> None:
    doubling = Doubling()
    batcher: Batcher[int, int] = Batcher(10, doubling)

    assert await asyncio.gather(*map(batcher.ask, (1, 2, 3))) == [2, 4, 6]
    assert doubling.calls == [[1, 2, 3]]


async def test_what_is_asked_during_a_call_waits_for_the_next_and_a_call_has_a_most() -> None:
    doubling = Doubling()
    batcher: Batcher[int, int] = Batcher(2, doubling)
    doubling.may_answer.clear()
    first = asyncio.create_task(batcher.ask(1))
    while not doubling.calls:
        await asyncio.sleep(0)
    others = [asyncio.create_task(batcher.ask(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0.01)
    assert doubling.calls == [[1]]

    doubling.may_answer.set()

    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert doubling.calls == [[1], [2, 3], [4]]


async def test_a_failure_reaches_each_caller_of_its_call_and_nobody_else() -> None:
    batcher: Batcher[int, int] = Batcher(2, Doubling())

    one, other, later = await asyncio.gather(*map(batcher.ask, (1, 0, 3)), return_exceptions=True)

    assert isinstance(one, ZeroDivisionError) and isinstance(other, ZeroDivisionError)
    assert later == 6
    assert await batcher.ask(4) == 8


async def test_a_caller_who_gives_up_takes_no_answer_from_others() -> None:
    doubling = Doubling()
    batcher: Batcher[int, int] = Batcher(10, doubling)
    doubling.may_answer.clear()
    leaving, staying = asyncio.create_task(batcher.ask(1)), asyncio.create_task(batcher.ask(2))
    while not doubling.calls:
        await asyncio.sleep(0)

    leaving.cancel()
    doubling.may_answer.set()

    assert await staying == 4
    assert leaving.cancelled()


async def test_a_call_knows_nothing_of_who_asked() -> None:
    doubling = Doubling()
    caller.set("ada")

    await Batcher[int, int](1, doubling).ask(1)

    assert doubling.callers == ["none"]
