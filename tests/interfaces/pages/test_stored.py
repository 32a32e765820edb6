"""Visitors' pages are stored in Redis, for processes that have not rendered them."""

from time import time

import httpx
import msgspec
import pytest

from parley.discussion.comment_tree import validator
from parley.interfaces.pages import stored
from parley.platform import db
from parley.platform.events import redis
from parley.platform.http.pages import Encoded
from tests import make
from tests.conftest import forget_caches

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("prepared")]

WORDS = "Whoever asks pays."


@pytest.fixture
async def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has started."""
    monkeypatch.setattr(stored, "_maker", None)
    await redis.redis().flushdb()
    await stored.prepare()


@pytest.fixture
async def thread(client: httpx.AsyncClient) -> int:
    """A thread whose page was rendered by a process that has ended since."""
    thread = await make.thread()
    await make.comment(thread, await make.member(), WORDS)
    await client.get(await make.address(thread))
    forget_caches()
    return thread


async def asked_for(client: httpx.AsyncClient, thread: int, queries: list[str]) -> tuple[str, list[str]]:
    """The page of a thread, and the queries it took."""
    address = await make.address(thread)
    queries.clear()
    answer = await client.get(address)
    assert answer.status_code == httpx.codes.OK
    return answer.text, queries


async def test_a_new_process_renders_nothing_again(client: httpx.AsyncClient, thread: int, queries: list[str]) -> None:
    text, asked = await asked_for(client, thread, queries)

    assert asked == [validator.SELECT_VALIDATORS]
    assert WORDS in text


async def test_a_changed_thread_is_rendered(client: httpx.AsyncClient, thread: int, queries: list[str]) -> None:
    await db.execute("update comment set state = 'removed' where thread = $1", thread)

    text, _ = await asked_for(client, thread, queries)

    assert WORDS not in text


async def test_other_code_renders_its_own_pages(
    client: httpx.AsyncClient, thread: int, queries: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "_maker", ("other code", 1))

    _, asked = await asked_for(client, thread, queries)

    assert len(asked) > 1


async def test_only_what_we_signed_is_shown(client: httpx.AsyncClient, thread: int, queries: list[str]) -> None:
    [(place, stored_bytes)] = (await redis.redis().hgetall(stored.PAGES)).items()
    page = msgspec.msgpack.decode(stored_bytes, type=stored.StoredPage)
    forged = msgspec.structs.replace(page, content=b"<script>alert(1)</script>")
    await redis.redis().hset(stored.PAGES, place, msgspec.msgpack.encode(forged))

    text, _ = await asked_for(client, thread, queries)

    assert (WORDS in text, "alert(1)" in text) == (True, False)


@pytest.mark.parametrize("junk", [b"", b"junk", b"\xc1"])
async def test_anything_else_in_redis_is_ignored(
    client: httpx.AsyncClient, thread: int, queries: list[str], junk: bytes
) -> None:
    [place] = await redis.redis().hkeys(stored.PAGES)
    await redis.redis().hset(stored.PAGES, place, junk)

    text, _ = await asked_for(client, thread, queries)

    assert WORDS in text


async def test_a_page_is_not_shown_once_its_times_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    page = Encoded(b"5 min", '"a"')
    await stored.write("page", "1.2.3", page, 60)
    found = await stored.read("page", "1.2.3")
    assert found is not None
    assert (found[0], found[1] > 50) == (page, True)

    monkeypatch.setattr(stored, "time", lambda: time() + 61)

    assert await stored.read("page", "1.2.3") is None


async def test_large_pages_are_not_stored() -> None:
    await stored.write("page", "1.2.3", Encoded(b"a" * (stored.LARGEST + 1), '"a"'), 60)

    assert not await redis.redis().exists(stored.PAGES)


async def test_no_page_is_cached_for_more_than_an_hour() -> None:
    await stored.write("page", "1.2.3", Encoded(b"a", '"a"'), 60)
    first = await redis.redis().pexpiretime(stored.PAGES)
    await stored.write("another", "1.2.3", Encoded(b"a", '"a"'), 60)

    assert await redis.redis().pexpiretime(stored.PAGES) == first <= (time() + stored.SECONDS) * 1_000
