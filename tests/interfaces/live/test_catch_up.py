"""After a restart all readers return at once: missed events are read once for all, and nothing is sent twice."""

import asyncio

import pytest
from litestar import Litestar

from parley.interfaces.live import catch_up
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.stream import Stream
from parley.platform import db
from tests import make

pytestmark = pytest.mark.anyio


@pytest.fixture
async def thread(app: Litestar) -> int:
    return await make.thread()


@pytest.fixture
def broadcaster(monkeypatch: pytest.MonkeyPatch) -> Broadcaster:
    """Its shared results do not expire during a test."""
    monkeypatch.setattr(catch_up, "SHARED_SECONDS", 600.0)
    return Broadcaster()


async def last_of(thread: int) -> int:
    found: int = await db.value("select last_seq from thread where id = $1", thread)
    return found


def told(stream: Stream) -> bytes:
    return b"".join(stream._queue)


async def test_readers_that_return_at_once_share_the_missed_events(
    broadcaster: Broadcaster, thread: int, queries: list[str]
) -> None:
    author, last = await make.member(), await last_of(thread)
    numbers = [await make.comment(thread, author) for _ in range(2)]
    streams = [Stream(thread, "a test", None) for _ in range(20)]
    queries.clear()

    for stream in streams:
        await broadcaster.join(stream, last)

    assert len([sql for sql in queries if "from event" in sql]) <= 2
    assert len({told(stream) for stream in streams}) == 1
    assert all(f"c{number}".encode() in told(streams[0]) for number in numbers)
    assert streams[0].seq == await last_of(thread)


async def test_events_after_the_shared_read_are_sent_too(broadcaster: Broadcaster, thread: int) -> None:
    author, last = await make.member(), await last_of(thread)
    await make.comment(thread, author)
    first, second = (Stream(thread, "a test", None) for _ in range(2))
    await broadcaster.join(first, last)
    number = await make.comment(thread, author)
    await broadcaster.delivery.advance(broadcaster.channels[thread])

    await broadcaster.join(second, last)

    assert told(second).count(f'id="c{number}"'.encode()) == 1
    assert second.seq == first.seq == await last_of(thread)


async def test_a_reader_ahead_of_the_shared_read_gets_nothing_twice(broadcaster: Broadcaster, thread: int) -> None:
    await broadcaster.join(Stream(thread, "a test", None), await last_of(thread))
    await make.comment(thread, await make.member())
    stream = Stream(thread, "a test", None)

    await broadcaster.join(stream, await last_of(thread))

    assert told(stream) == b""
    assert stream.seq == await last_of(thread)


async def test_a_reader_whose_missed_events_were_deleted_loads_the_page_again(
    broadcaster: Broadcaster, thread: int
) -> None:
    author, last = await make.member(), await last_of(thread)
    for _ in range(3):
        await make.comment(thread, author)
    await db.execute("delete from event where thread = $1 and seq = $2", thread, last + 1)
    stream = Stream(thread, "a test", None)

    await broadcaster.join(stream, last)

    assert told(stream).startswith(b"event: resync")
    assert stream.seq == await last_of(thread)


async def test_a_reader_joins_even_if_all_events_that_it_missed_are_gone(broadcaster: Broadcaster, thread: int) -> None:
    last = await last_of(thread)
    await make.comment(thread, await make.member())
    await db.execute("delete from event where thread = $1 and seq > $2", thread, last)
    await broadcaster.join(Stream(thread, "a test", None), None)
    stream = Stream(thread, "a test", None)

    async with asyncio.timeout(60):
        await broadcaster.join(stream, last)

    assert told(stream).startswith(b"event: resync")
    assert stream.seq == await last_of(thread)
