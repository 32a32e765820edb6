"""In-process caches: for a short time (MicroCache), by least recent use (Bounded), and for functions (by_text)."""

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

from msgspec import Struct
from msgspec.structs import astuple

from parley.platform.db.engine import without_transaction
from parley.platform.observability.metrics import CACHE_BYTES, CACHE_READS
from parley.platform.text.languages import ENGLISH, spoken

Given = ParamSpec("Given")
Value = TypeVar("Value")
SWEEP_SECONDS = 1.0
# The default size of a MicroCache, and the approximate overhead of an entry.
MICRO_BYTES = 16 * 2**20
ENTRY_BYTES = 500
MOST_BY_TEXT = 10_000

# For whole pages. Removed text must be gone within a second.
PAGE_SECONDS = 0.7


def moment() -> float:
    """Return the present moment on the clock of all caches, in seconds."""
    return monotonic()


def text_bytes(*values: object) -> int:
    """Return the bytes in memory of the strings and bytes among `values`, and in lists, tuples and structs of them."""
    return sum(map(_bytes_of, values))


def _bytes_of(value: object) -> int:
    if isinstance(value, (str, bytes)):
        return getsizeof(value)
    if isinstance(value, (list, tuple)):
        return getsizeof(value) + text_bytes(*value)
    # What is never equal to another stands in a key for itself, and is cached elsewhere too.
    if isinstance(value, Struct) and value.__struct_config__.eq:
        return getsizeof(value) + text_bytes(*astuple(value))
    return 0


def _in_language(key: Hashable) -> Hashable:
    """The key of what is made in the reader's language. English has no mark, which costs the least."""
    language = spoken()
    return key if language is ENGLISH else (language.code, key)


# Weak references, since the caches of a broadcaster end with it.
_micro_caches: "WeakSet[MicroCache[Any]]" = WeakSet()


class MicroCache(Generic[Value]):
    """Caches values for `seconds`, and creates each value once when several callers want it (single flight).

    The age of a value counts from before it is created, and no caller gets one that was `seconds` old when it
    called. So no value is served `seconds` after a commit that changed it, even if creating it takes longer. All values
    together take at most `most_bytes`, measured by `size`; a larger one is created but not cached. Readers of different
    languages share nothing. For `keep_seconds`
    a value stays as the `former` one, from which the next may be made.
    """

    def __init__(
        self,
        name: str,
        seconds: float,
        most: int = 2_000,
        most_bytes: int = MICRO_BYTES,
        size: Callable[[Value], int] = text_bytes,
        keep_seconds: float = 0.0,
    ) -> None:
        self.bytes = 0
        self._seconds = seconds
        self._keep_seconds = max(seconds, keep_seconds)
        self._most = most
        self._most_bytes = most_bytes
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[float, Value, int]] = OrderedDict()
        self._gauge = CACHE_BYTES.labels(name)
        self._making: dict[Hashable, asyncio.Task[tuple[float, Value]]] = {}
        _micro_caches.add(self)
        self._hits, self._misses = (CACHE_READS.labels(name, is_hit) for is_hit in ("yes", "no"))

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Value]], not_before: float = 0.0) -> Value:
        """Return the cached value of `key`, or create it with `make`; none from before `not_before` (monotonic)."""
        asked, key = monotonic(), _in_language(key)
        kept = self._kept.get(key)
        if kept is not None and asked - kept[0] < self._seconds and kept[0] >= not_before:
            self._hits.inc()
            return kept[1]
        self._misses.inc()
        while True:
            started, value = await asyncio.shield(self._task_for(key, make))
            if asked - started < self._seconds and started >= not_before:
                return value

    def former(self, key: Hashable) -> Value | None:
        """Return the last value of `key`, whatever its age, or None if it is not kept any more."""
        kept = self._kept.get(_in_language(key))
        return None if kept is None else kept[1]

    def drop(self, key: Hashable) -> None:
        """Forget the value of `key`, if one is cached."""
        _, _, size = self._kept.pop(key, (0.0, None, 0))
        self._count(-size)

    def clear(self) -> None:
        self._kept.clear()
        self._count(-self.bytes)

    def sweep(self) -> None:
        """Drop values that are too old, and the oldest while the cache is too large."""
        while self._kept and (self._is_too_large() or monotonic() - self._oldest() >= self._keep_seconds):
            _, (_, _, size) = self._kept.popitem(last=False)
            self._count(-size)

    def __len__(self) -> int:
        return len(self._kept)

    def _task_for(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> asyncio.Task[tuple[float, Value]]:
        task = self._making.get(key)
        # A finished task is here until the next turn of the event loop, and awaiting it does not let the loop run: a
        # caller for whom its value is too old would ask again forever.
        if task is None or task.done():
            # Others may wait for the same value, and it must not be read in a transaction that is rolled back later.
            task = asyncio.get_running_loop().create_task(self._make(key, make), context=without_transaction())
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
        self.drop(key)
        size = ENTRY_BYTES + text_bytes(*key if isinstance(key, tuple) else (key,)) + self._size(value)
        if size <= self._most_bytes:
            self._kept[key] = (started, value, size)
            self._count(size)
        self.sweep()

    def _count(self, size: int) -> None:
        self.bytes += size
        self._gauge.set(self.bytes)

    def _is_too_large(self) -> bool:
        return len(self._kept) > self._most or self.bytes > self._most_bytes

    def _oldest(self) -> float:
        started, _, _ = next(iter(self._kept.values()))
        return started


async def sweep() -> None:
    """Drop old values of every MicroCache once a second, without end."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        for cache in list(_micro_caches):
            cache.sweep()


class Bounded(Generic[Value]):
    """A least-recently-used cache of at most `most` values and `most_bytes`, measured by `size`.

    With a `name` its bytes are a metric.
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
        size = self._size(value)
        if self._most_bytes is not None and size > self._most_bytes:
            # It would displace all others.
            return
        self._kept[key] = value
        self._count(size)
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


def by_text(
    name: str, most_bytes: int, size: Callable[[Any], int] = text_bytes
) -> Callable[[Callable[Given, Value]], Callable[Given, Value]]:
    """Cache the results of a function of strings, like functools.lru_cache, up to `most_bytes`. None is not cached.

    `size` measures a result.
    """

    def decorator(function: Callable[Given, Value]) -> Callable[Given, Value]:
        kept: Bounded[tuple[Value, int]] = Bounded(MOST_BY_TEXT, most_bytes, itemgetter(1), name)
        lock = Lock()

        @wraps(function)
        def cached(*args: Given.args, **kwargs: Given.kwargs) -> Value:
            key = (args, tuple(kwargs.items()))
            with lock:
                entry = kept.get(key)
            if entry is None:
                value = function(*args, **kwargs)
                entry = value, ENTRY_BYTES + text_bytes(*args) + size(value)
                with lock:
                    kept.put(key, entry)
            return entry[0]

        return cached

    return decorator
