"""What is kept in memory is bounded in bytes."""

import ast
import asyncio
from collections.abc import Iterator
from functools import partial
from time import monotonic

import msgspec
import pytest

from parley.platform import cache, tasks
from parley.platform.cache import Bounded
from parley.platform.observability.metrics import CACHE_BYTES
from tests.conftest import ROOT


class Row(msgspec.Struct):
    """As a query returns them."""

    id: int
    texts: list[str]


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
    kept.put("b", "b")
    kept.put("a", 11 * "a")
    assert kept.get("a") is None
    assert (kept.get("b"), kept.bytes) == ("b", 1)


@pytest.mark.anyio
async def test_a_page_larger_than_the_whole_displaces_no_other() -> None:
    async def make(size: int) -> str:
        return size * "a"

    kept: cache.MicroCache[str] = cache.MicroCache("test large", 60, most_bytes=5_000)
    for size in (100, 6_000):
        assert len(await kept.get(size, partial(make, size))) == size

    assert list(kept._kept) == [100]


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


@pytest.mark.anyio
async def test_pages_kept_for_a_moment_are_bounded_by_their_bytes_and_their_keys() -> None:
    async def make() -> str:
        return 1_000 * "a"

    kept: cache.MicroCache[str] = cache.MicroCache("test bytes", 60, most_bytes=5_000)
    for number in range(100):
        await kept.get((number, 1_000 * "k"), make)

    assert len(kept) == 1
    assert 2_000 < kept.bytes < 5_000
    assert _bytes("test bytes") == kept.bytes
    kept.clear()
    assert (kept.bytes, _bytes("test bytes")) == (0, 0)


@pytest.mark.anyio
async def test_rows_are_counted_with_the_texts_in_them() -> None:
    async def make() -> list[Row]:
        return [Row(1, ["a" * 3_000])]

    kept: cache.MicroCache[list[Row]] = cache.MicroCache("test rows", 60)
    await kept.get("rows", make)

    assert kept.bytes > 3_000


@pytest.mark.anyio
async def test_a_page_made_again_is_counted_once() -> None:
    async def make() -> str:
        return "a page"

    kept: cache.MicroCache[str] = cache.MicroCache("test again", 60)
    await kept.get("a", make)
    once = kept.bytes
    await kept.get("a", make, not_before=monotonic())

    assert kept.bytes == once > 0


def test_what_a_function_made_of_texts_is_kept_up_to_its_bytes() -> None:
    made: list[str] = []

    @cache.by_text("test texts", most_bytes=5_000)
    def twice(text: str, times: int = 2) -> str:
        made.append(text)
        return times * text

    assert twice("short") == twice("short") == "shortshort"
    assert made == ["short"]
    for letter in "abc":
        twice(1_000 * letter, times=1)
    assert _bytes("test texts") < 5_000
    twice("short")
    assert made[-1] == "short"
    twice(100_000 * "z")
    assert _bytes("test texts") < 5_000


def _bytes(name: str) -> float:
    return CACHE_BYTES.labels(name)._value.get()


# Functions cached without a limit though they have arguments: there are only so many of these.
FEW_ARGUMENTS = {
    "_font": "fonts and sizes of ours",
    "_inliner": "directions of writing",
    "read_key": "the file of a setting",
    "_long_runs": "two ends of a range",
    "_plain_in": "languages",
    "_major": "the programs of PostgreSQL",
    "_sample_font": "fonts of ours",
    "_style": "directions of writing",
    "_script": "scripts of ours",
    "_series": "methods that the server knows, routes and states",
    "html": "documents of ours",
    "works": "ways to start a process",
}


def _cached_without_limit() -> Iterator[str]:
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and ast.unparse(node.args):
                decorators = map(ast.unparse, node.decorator_list)
                yield from (node.name for name in decorators if name in {"cache", "functools.cache"})


def test_what_people_send_is_not_cached_without_a_limit() -> None:
    """The patterns of rules were: 10 MB of each version of a long list of words, in every process and for good."""
    assert set(_cached_without_limit()) == FEW_ARGUMENTS.keys()
