"""Small in-process caches: rendered pages for a moment, rendered pieces for as long as they are right."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from parley.core.metrics import CACHE_READS

Value = TypeVar("Value")
SWEEP_SECONDS = 1.0

# Of whole pages. Below one second with room to spare: what a removal took away is gone within that second.
KEPT_SECONDS = 0.7


# Weak, since a live hub makes caches of its own that go with it.
_micro_caches: "WeakSet[MicroCache[Any]]" = WeakSet()


class MicroCache(Generic[Value]):
    """Values made at most once in `seconds` for each key, by one maker at a time (single flight).

    A value's age counts from before it was made, and nobody is given one that was `seconds` old when they asked. So
    nothing that a commit changed is served `seconds` later, also where making takes longer than that.
    """

    def __init__(self, name: str, seconds: float, most: int = 2_000) -> None:
        self._seconds = seconds
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[tuple[float, Value]]] = {}
        _micro_caches.add(self)
        self._hits, self._misses = (CACHE_READS.labels(name, found) for found in ("yes", "no"))

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Value]], not_before: float = 0.0) -> Value:
        """The value kept for `key`, or what `make` makes. Its making began at `not_before` (monotonic) or later."""
        asked = monotonic()
        kept = self._kept.get(key)
        if kept is not None and asked - kept[0] < self._seconds and kept[0] >= not_before:
            self._hits.inc()
            return kept[1]
        self._misses.inc()
        while True:
            started, value = await asyncio.shield(self._being_made(key, make))
            if asked - started < self._seconds and started >= not_before:
                return value

    def clear(self) -> None:
        self._kept.clear()

    def sweep(self) -> None:
        """Forget what is too old, also when nothing new comes."""
        while self._kept and monotonic() - next(iter(self._kept.values()))[0] >= self._seconds:
            self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)

    def _being_made(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> asyncio.Task[tuple[float, Value]]:
        task = self._making.get(key)
        if task is None:
            task = asyncio.ensure_future(self._make(key, make))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return task

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> tuple[float, Value]:
        started = monotonic()
        value = await make()
        self._kept[key] = (started, value)
        self._kept.move_to_end(key)
        self._let_go()
        return started, value

    def _let_go(self) -> None:
        """Forget what is too old, and the oldest when there is too much."""
        while self._kept:
            started, _ = next(iter(self._kept.values()))
            if len(self._kept) <= self._most and monotonic() - started < self._seconds:
                return
            self._kept.popitem(last=False)


async def sweep() -> None:
    """Forget for ever what is too old in every MicroCache."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        for one in list(_micro_caches):
            one.sweep()


class Bounded(Generic[Value]):
    """A least-recently-used map of at most `most` values, which together take at most `most_bytes` as `size` says."""

    def __init__(self, most: int, most_bytes: int | None = None, size: Callable[[Value], int] = lambda _: 0) -> None:
        self.bytes = 0
        self._most = most
        self._most_bytes = most_bytes
        self._size = size
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()

    def get(self, key: Hashable) -> Value | None:
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def put(self, key: Hashable, value: Value) -> None:
        self.drop(key)
        self._kept[key] = value
        self.bytes += self._size(value)
        while len(self._kept) > self._most or (self._most_bytes is not None and self.bytes > self._most_bytes):
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= self._size(oldest)

    def drop(self, key: Hashable) -> None:
        value = self._kept.pop(key, None)
        if value is not None:
            self.bytes -= self._size(value)

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0
