"""The counter of an open page is live: it changes with replies, removals and what was read elsewhere."""

import asyncio
import re
from collections.abc import AsyncIterator

import msgspec
import pytest
import structlog
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.interfaces.live.broadcast import Broadcaster
from parley.interfaces.live.stream import NotificationStream, Stream
from parley.letters.notifications import jobs, ops
from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

COUNTED = re.compile(r'hx-target="#for-you-count"[^>]*>(?:<b>(\d+)</b>)?')


def counts(stream: Stream) -> list[int]:
    """The numbers that the counter was sent, in order."""
    return [int(found or 0) for found in COUNTED.findall(said(stream))]


def said(stream: Stream) -> str:
    return b"".join(stream._queue).decode()


async def until(stream: Stream, expected: list[int]) -> None:
    async with asyncio.timeout(60):
        while counts(stream) != expected:
            await asyncio.sleep(0.05)


@pytest.fixture
async def mira(app: Litestar) -> Viewer:
    return await make.member()


@pytest.fixture
async def reading(app: Litestar, mira: Viewer) -> AsyncIterator[Stream]:
    """Mira has a thread open, and so has a visitor."""
    broadcaster: Broadcaster = app.state.broadcaster
    stream = Stream(await make.thread(), "mira's browser", None, mira.id)
    await broadcaster.join(stream, None)
    yield stream
    broadcaster.leave(stream)


async def test_a_reply_its_removal_and_reading_it_update_the_counter(mira: Viewer, reading: Stream) -> None:
    jon, elsewhere = await make.member(), await make.thread()
    await until(reading, [0])
    first = await make.comment(elsewhere, jon, f"Hello @{mira.name}.")
    second = await make.comment(elsewhere, jon, f"Again, @{mira.name}.")
    await jobs.handle_events()
    await until(reading, [0, 2])

    await editing.delete_comment(viewer=jon, comment_id=first)
    await jobs.handle_events()
    await until(reading, [0, 2, 1])

    await ops.mark_read_about(mira.id, elsewhere, [second])
    await until(reading, [0, 2, 1, 0])


async def test_an_open_page_of_notifications_shows_that_there_are_more(app: Litestar, mira: Viewer) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    elsewhere, jon = await make.thread(), await make.member()
    await make.comment(elsewhere, jon, f"Hello @{mira.name}.")
    await jobs.handle_events()
    # A stream whose session does not exist ends after a moment.
    await sessions.start(mira.id, mira.role, agent="a test", address="127.0.0.1")
    session = await db.value("select id from session where member = $1", mira.id)
    notification_stream = NotificationStream(msgspec.structs.replace(mira, session=session), shown=1)
    await broadcaster.join_notifications(notification_stream)
    await until(notification_stream, [1])
    assert "Show" not in said(notification_stream)

    await make.comment(elsewhere, jon, f"Again, @{mira.name}.")
    await jobs.handle_events()
    await until(notification_stream, [1, 2])
    assert 'hx-target="#more-for-you"' in said(notification_stream)
    assert "Show 1 new" in said(notification_stream)

    broadcaster.leave_notifications(notification_stream)
    assert notification_stream not in broadcaster.notification_streams


async def test_visitors_get_no_counter(app: Litestar, mira: Viewer, reading: Stream) -> None:
    broadcaster: Broadcaster = app.state.broadcaster
    visitor = Stream(reading.thread, "a visitor", None)
    await broadcaster.join(visitor, None)
    await until(reading, [0])
    await make.comment(reading.thread, await make.member(), f"Hello @{mira.name}.")
    await jobs.handle_events()
    await until(reading, [0, 1])

    assert counts(visitor) == []
    broadcaster.leave(visitor)


async def test_an_outage_is_logged_as_a_warning(
    app: Litestar, reading: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcaster: Broadcaster = app.state.broadcaster

    async def away(_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(broadcaster.delivery, "advance", away)
    with structlog.testing.capture_logs() as logs:
        await broadcaster.delivery.deliver(reading.thread)
    assert [(one["log_level"], one["event"]) for one in logs] == [("warning", "events not read")]
