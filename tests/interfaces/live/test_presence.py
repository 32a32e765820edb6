"""The number of readers of a thread, summed over all processes; without Redis, only those of this process."""

from contextlib import AbstractAsyncContextManager

import pytest
from litestar import Litestar
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as ConnectionLost

from parley.interfaces.live import upkeep
from parley.interfaces.live.upkeep import Presence
from parley.platform.events.redis import asking

pytestmark = pytest.mark.anyio


@pytest.fixture
def asked(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests to Redis; after a test has written "fails next", they fail."""
    times: list[str] = []

    def counting() -> AbstractAsyncContextManager[Redis]:
        if times[-1:] == ["fails next"]:
            raise ConnectionLost
        times.append("asked")
        return asking()

    monkeypatch.setattr(upkeep, "asking", counting)
    monkeypatch.setattr(upkeep, "BATCH", 2)
    return times


async def test_the_readers_of_all_processes_are_summed_a_few_threads_at_a_time(asked: list[str]) -> None:
    here, there = Presence(), Presence()
    await there.exchange({2: 10, 5: 10})
    asked.clear()

    found = await here.exchange(dict.fromkeys(range(1, 6), 1))

    assert found == {1: 1, 2: 11, 3: 1, 4: 1, 5: 11}
    assert asked == ["asked"] * 3


async def test_without_redis_each_process_counts_its_own_readers(asked: list[str]) -> None:
    await Presence().exchange({1: 10})
    asked.append("fails next")

    assert await Presence().exchange({1: 1, 2: 2, 3: 3}) == {1: 1, 2: 2, 3: 3}


async def test_without_readers_redis_is_not_asked(asked: list[str]) -> None:
    assert await Presence().exchange({}) == {}
    assert asked == []
