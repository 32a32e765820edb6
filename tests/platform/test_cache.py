"""What is kept for a moment is made once for all who ask, and is never older than that moment."""

import asyncio

import pytest

from parley.platform import cache, db
from parley.platform.cache import MicroCache

pytestmark = pytest.mark.anyio

SECONDS = 10.0


class Clock:
    """The time, which passes when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Maker:
    """Makes 1, 2, 3 …, each begun at once and done when the test says so."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        number = self.begun
        await self.may_end.wait()
        return number


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(cache, "monotonic", clock)
    return clock


async def some_steps() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_those_who_ask_at_once_share_one_making_and_those_after_them_what_was_made(clock: Clock) -> None:
    kept, make = MicroCache[int]("a test", SECONDS), Maker()
    asking = [asyncio.create_task(kept.get("a", make)) for _ in range(5)]
    await some_steps()
    make.may_end.set()

    assert await asyncio.gather(*asking) == [1] * 5
    clock.now += SECONDS - 1
    assert await kept.get("a", make) == 1
    clock.now += 2
    assert await kept.get("a", make) == 2
    assert await kept.get("b", make) == 3


async def test_whoever_asks_while_something_too_old_is_still_being_made_gets_the_next(clock: Clock) -> None:
    kept, make = MicroCache[int]("a test", SECONDS), Maker()
    first = asyncio.create_task(kept.get("a", make))
    await some_steps()
    clock.now += SECONDS + 1
    late = [asyncio.create_task(kept.get("a", make)) for _ in range(3)]
    await some_steps()
    assert make.begun == 1, "one maker at a time"
    make.may_end.set()

    assert await first == 1
    assert await asyncio.gather(*late) == [2] * 3


async def test_whoever_asks_in_the_turn_of_the_loop_in_which_something_too_old_was_made_gets_the_next(
    clock: Clock,
) -> None:
    """Hundreds of connections that ask for one page without reading it came to this; the loop then stood still."""
    kept, make = MicroCache[int]("a test", SECONDS), Maker()

    async def ask_when_it_is_made() -> int:
        await make.may_end.wait()
        return await kept.get("a", make)

    first = asyncio.create_task(kept.get("a", make))
    await some_steps()
    late = asyncio.create_task(ask_when_it_is_made())
    await some_steps()
    clock.now += SECONDS + 1
    make.may_end.set()

    assert await first == 1
    assert await late == 2


async def test_whoever_stops_waiting_takes_nothing_from_the_others_and_a_failure_is_not_kept(clock: Clock) -> None:
    kept, make = MicroCache[int]("a test", SECONDS), Maker()
    leaving, staying = (asyncio.create_task(kept.get("a", make)) for _ in range(2))
    await some_steps()
    leaving.cancel()
    make.may_end.set()
    assert await staying == 1

    async def fail() -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await kept.get("b", fail)
    assert await kept.get("b", make) == 2


async def test_only_so_many_are_kept(clock: Clock) -> None:
    kept, make = MicroCache[int]("a test", SECONDS, most=2), Maker()
    make.may_end.set()
    for key in "abc":
        await kept.get(key, make)

    assert [await kept.get(key, make) for key in "cba"] == [3, 2, 4]


async def test_nobody_gets_what_began_to_be_made_before_the_moment_they_name(clock: Clock) -> None:
    kept, make = MicroCache[int]("a test", SECONDS), Maker()
    clock.now = 5.0
    first = asyncio.create_task(kept.get("a", make))
    await some_steps()
    clock.now = 6.0
    strict = asyncio.create_task(kept.get("a", make, not_before=6.0))
    await some_steps()
    assert make.begun == 1, "one maker at a time"
    make.may_end.set()

    assert (await first, await strict) == (1, 2)
    assert await kept.get("a", make, not_before=6.0) == 2
    clock.now = 7.0
    assert await kept.get("a", make, not_before=7.0) == 3


@pytest.mark.committed
@pytest.mark.usefixtures("app")
async def test_a_value_is_read_outside_the_transaction_that_needs_it() -> None:
    """An edit of a held comment failed when the rules in force had to be read anew."""
    values = MicroCache[int]("test", SECONDS)
    async with db.atomic():
        assert await values.get("one", lambda: db.value("select 1")) == 1
