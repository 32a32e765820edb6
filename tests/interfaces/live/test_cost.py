"""An event is read and rendered once, however many readers there are."""

import asyncio
from typing import Any

import pytest
from litestar import Litestar

from parley.discussion.comments.queries import SELECT_COMMENTS
from parley.interfaces.live import render
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.queries import SELECT_BLOCKED, SELECT_EVENTS
from parley.interfaces.live.stream import Stream
from parley.platform import db
from parley.platform.errors import Unavailable
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

PIECE = b"data: x\n\n"


async def test_an_event_costs_a_few_queries_for_one_reader_as_for_fifty(app: Litestar, queries: list[str]) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    ada, thread = await make.member(), await make.thread()
    costs = []
    streams: list[Stream] = []
    for readers in (1, 50):
        while len(streams) < readers:
            streams.append(Stream(thread, f"reader {len(streams)}", None))
            await broadcaster.join(streams[-1], None)
        queries.clear()
        await make.comment(thread, ada, "Read once.")
        newest = await db.value("select last_seq from thread where id = $1", thread)
        async with asyncio.timeout(60):
            while any(one.seq < newest for one in streams):
                await asyncio.sleep(0)
        costs.append(len([sql for sql in queries if sql in (SELECT_EVENTS, SELECT_COMMENTS)]))
    for one in streams:
        broadcaster.leave(one)
    # One query for the row and one for its comment. Up to three more find nothing: after the channel was opened, after
    # the signal came by Redis, and at the next poll.
    assert all(2 <= cost <= 5 for cost in costs), costs
    assert thread not in broadcaster.channels


async def test_members_who_return_at_once_are_looked_up_together(app: Litestar, queries: list[str]) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    thread = await make.thread()
    await make.comment(thread, await make.member())
    readers = [(await make.member()).id for _ in range(20)]
    streams = [Stream(thread, f"session:{member}", member, member) for member in readers]
    queries.clear()
    await asyncio.gather(*(broadcaster.join(one, 0) for one in streams))
    for one in streams:
        broadcaster.leave(one)
    assert 1 <= queries.count(SELECT_BLOCKED) <= 3


async def test_a_closing_process_refuses_new_streams(app: Litestar) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    thread = await make.thread()
    broadcaster.closing = True
    try:
        async with make.browser(app) as client:
            answer = await client.get(f"/t/{thread}/live")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        with pytest.raises(Unavailable):
            await broadcaster.join(Stream(thread, "late", None), None)
    finally:
        broadcaster.closing = False


async def test_a_stream_that_is_joining_while_the_process_closes_is_refused(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcaster, thread = Broadcaster(), await make.thread()
    state = broadcaster._catch_up.state

    async def ending_meanwhile(*args: Any) -> Any:
        broadcaster.close()
        return await state(*args)

    monkeypatch.setattr(broadcaster._catch_up, "state", ending_meanwhile)
    with pytest.raises(Unavailable):
        await broadcaster.join(Stream(thread, "nearly in", None), None)
    assert not broadcaster.streams()
    assert not broadcaster._limits.of_visitors.of_host


async def test_a_number_is_rendered_once_for_all_members(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    broadcaster, thread = Broadcaster(), await make.thread()
    streams = [Stream(thread, "a reader", None, member=(await make.member()).id) for _ in range(20)]
    for one in streams:
        await broadcaster.join(one, None)
    rendered: list[int] = []
    unread = render.unread

    def counting(count: int) -> bytes:
        rendered.append(count)
        return unread(count)

    monkeypatch.setattr(render, "unread", counting)
    await broadcaster._send_unread()

    assert rendered == [0]
    assert {b"".join(one._queue) for one in streams} == {unread(0)}


async def test_a_queue_that_overflows_becomes_one_resync_message() -> None:
    stream, sent = Stream(1, "a slow reader", None), []
    for seq in range(1, 10_000):
        stream.put(PIECE, seq)
    stream.end(b"bye")

    async def send(message: Any) -> None:
        sent.append(message["body"])

    async def receive() -> Any:
        await asyncio.Event().wait()

    assert await stream.run(receive, send)
    whole = b"".join(sent)
    assert whole.startswith(b"event: resync")
    assert whole.endswith(b"bye")
    assert len(whole) < 300 * len(PIECE)


async def test_long_messages_that_nobody_receives_become_a_resync_message_too() -> None:
    stream = Stream(1, "a slow reader", None)
    for seq in range(1, 100):
        stream.put(b"x" * 40_000, seq)
        assert sum(map(len, stream._queue)) == stream._bytes <= 500_000
    assert stream._queue[0].startswith(b"event: resync")


async def test_large_messages_are_sent_one_at_a_time_and_in_order() -> None:
    stream, sent = Stream(1, "a reader", None), []
    for seq in range(1, 11):
        stream.put(b"%d" % seq * 20_000, seq)
    stream.end(b"bye")
    whole = b"".join(stream._queue)
    while stream._queue:
        sent.append(stream._next_chunk())
    assert b"".join(sent) == whole
    assert max(map(len, sent)) <= 65_536


async def test_an_event_that_was_sent_is_not_sent_again() -> None:
    stream = Stream(1, "a reader", None)
    for seq in (1, 2, 2, 1, 3):
        stream.put(b"%d" % seq, seq)
    assert list(stream._queue) == [b"1", b"2", b"3"]
