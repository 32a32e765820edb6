"""What is kept in memory is bounded in bytes."""

import asyncio

import pytest

from parley.core import cache, tasks
from parley.core.cache import Bounded


def test_the_oldest_values_make_room_by_their_bytes() -> None:
    kept: Bounded[str] = Bounded(100, 10, len)
    for key in "abc":
        kept.put(key, 4 * key)
    assert [kept.get(key) for key in "abc"] == [None, "bbbb", "cccc"]
    assert kept.bytes == 8


def test_replaced_and_dropped_values_are_not_counted_any_more() -> None:
    kept: Bounded[str] = Bounded(100, 10, len)
    kept.put("a", "long one")
    kept.put("a", "short")
    assert kept.bytes == 5
    kept.drop("a")
    kept.drop("a")
    assert kept.bytes == 0
    kept.put("b", "bb")
    kept.clear()
    assert kept.bytes == 0


def test_a_value_larger_than_the_whole_is_not_kept() -> None:
    kept: Bounded[str] = Bounded(100, 10, len)
    kept.put("a", 11 * "a")
    assert kept.get("a") is None
    assert kept.bytes == 0


@pytest.mark.anyio
async def test_old_values_are_forgotten_when_nothing_new_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def make() -> str:
        return "a page"

    monkeypatch.setattr(cache, "SWEEP_SECONDS", 0.01)
    kept: cache.MicroCache[str] = cache.MicroCache("test", 0.02)
    await kept.get("a", make)
    sweeping = asyncio.create_task(cache.sweep())
    while len(kept):
        await asyncio.sleep(0.01)
    await tasks.end([sweeping])
