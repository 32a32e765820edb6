"""Small in-process caches: rendered pages for a moment, rendered pieces for as long as they are right."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from functools import wraps
from operator import itemgetter
from sys import getsizeof
from threading import Lock
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar
from weakref import WeakSet

import msgspec

from parley.core.observability.metrics import CACHE_BYTES, CACHE_READS

Given = ParamSpec("Given")
Value = TypeVar("Value")
SWEEP_SECONDS = 1.0
# Of each MicroCache, unless it says otherwise; what an entry takes besides its texts, roughly.
MICRO_BYTES = 16 * 2**20
ENTRY_BYTES = 500
MOST_BY_TEXT = 10_000

# Of whole pages. Below one second with room to spare: what a removal took away is gone within that second.
KEPT_SECONDS = 0.7


def text_bytes(*values: object) -> int:
    """The bytes in memory of those of `values` that are texts or bytes, and of lists of them."""
    return sum(
        getsizeof(value) if isinstance(value, (str, bytes)) else text_bytes(*value) if isinstance(value, list) else 0
        for value in values
    )


def struct_bytes(struct: msgspec.Struct) -> int:
    """The bytes in memory of the texts of a struct."""
    return text_bytes(*(getattr(struct, field) for field in struct.__struct_fields__))


# Weak, since a live hub makes caches of its own that go with it.
_micro_caches: "WeakSet[MicroCache[Any]]" = WeakSet()


class MicroCache(Generic[Value]):
    """Values made at most once in `seconds` for each key, by one maker at a time (single flight).

    A value's age counts from before it was made, and nobody is given one that was `seconds` old when they asked. So
    nothing that a commit changed is served `seconds` later, also where making takes longer than that. The values
    together take at most `most_bytes` as `size` says; one that is larger is made, but not kept.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        most: int = 2_000,
        most_bytes: int = MICRO_BYTES,
        size: Callable[[Value], int] = text_bytes,
    ) -> None:
        self.bytes = 0
        self._seconds = seconds
        self._most = most
        self._most_bytes = most_bytes
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[float, Value, int]] = OrderedDict()
        self._gauge = CACHE_BYTES.labels(name)
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
        self._count(-self.bytes)

    def sweep(self) -> None:
        """Forget what is too old, also when nothing new comes, and the oldest when there is too much."""
        while self._kept and (self._is_too_much() or monotonic() - self._oldest() >= self._seconds):
            _, (_, _, size) = self._kept.popitem(last=False)
            self._count(-size)

    def __len__(self) -> int:
        return len(self._kept)

    def _being_made(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> asyncio.Task[tuple[float, Value]]:
        task = self._making.get(key)
        # One that is done stands there until the next turn of the loop. To wait for it gives no turn to anybody: who
        # found its value too old would ask again for ever.
        if task is None or task.done():
            task = asyncio.ensure_future(self._make(key, make))
            self._making[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return task

    def _forget(self, key: Hashable, done: asyncio.Task[tuple[float, Value]]) -> None:
        if self._making.get(key) is done:
            del self._making[key]

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> tuple[float, Value]:
        started = monotonic()
        value = await make()
        self._keep(key, started, value)
        return started, value

    def _keep(self, key: Hashable, started: float, value: Value) -> None:
        _, _, former = self._kept.pop(key, (0.0, None, 0))
        size = ENTRY_BYTES + text_bytes(*key if isinstance(key, tuple) else (key,)) + self._size(value)
        self._kept[key] = (started, value, size)
        self._count(size - former)
        self.sweep()

    def _count(self, size: int) -> None:
        self.bytes += size
        self._gauge.set(self.bytes)

    def _is_too_much(self) -> bool:
        return len(self._kept) > self._most or self.bytes > self._most_bytes

    def _oldest(self) -> float:
        started, _, _ = next(iter(self._kept.values()))
        return started


async def sweep() -> None:
    """Forget for ever what is too old in every MicroCache."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        for one in list(_micro_caches):
            one.sweep()


class Bounded(Generic[Value]):
    """A least-recently-used map of at most `most` values, which together take at most `most_bytes` as `size` says.

    One with a `name` has its bytes among the metrics.
    """

    def __init__(
        self, most: int, most_bytes: int | None = None, size: Callable[[Value], int] = lambda _: 0, name: str = ""
    ) -> None:
        self.bytes = 0
        self._most = most
        self._most_bytes = most_bytes
        self._size = size
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._gauge = CACHE_BYTES.labels(name) if name else None

    def get(self, key: Hashable) -> Value | None:
        value = self._kept.get(key)
        if value is not None:
            self._kept.move_to_end(key)
        return value

    def put(self, key: Hashable, value: Value) -> None:
        self.drop(key)
        self._kept[key] = value
        self._count(self._size(value))
        while len(self._kept) > self._most or (self._most_bytes is not None and self.bytes > self._most_bytes):
            _, oldest = self._kept.popitem(last=False)
            self._count(-self._size(oldest))

    def drop(self, key: Hashable) -> None:
        value = self._kept.pop(key, None)
        if value is not None:
            self._count(-self._size(value))

    def clear(self) -> None:
        self._kept.clear()
        self._count(-self.bytes)

    def _count(self, size: int) -> None:
        self.bytes += size
        if self._gauge is not None:
            self._gauge.set(self.bytes)


def by_text(name: str, most_bytes: int) -> Callable[[Callable[Given, Value]], Callable[Given, Value]]:
    """Keep what a function of texts returns, as functools.lru_cache does, up to `most_bytes`. None is not kept."""

    def decorator(function: Callable[Given, Value]) -> Callable[Given, Value]:
        kept: Bounded[tuple[Value, int]] = Bounded(MOST_BY_TEXT, most_bytes, itemgetter(1), name)
        lock = Lock()

        @wraps(function)
        def cached(*args: Given.args, **kwargs: Given.kwargs) -> Value:
            key = (args, tuple(kwargs.items()))
            with lock:
                found = kept.get(key)
            if found is None:
                value = function(*args, **kwargs)
                found = value, ENTRY_BYTES + text_bytes(*args, value)
                with lock:
                    kept.put(key, found)
            return found[0]

        return cached

    return decorator
