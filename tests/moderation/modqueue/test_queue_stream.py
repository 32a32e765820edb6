"""What is sent to an open queue: each change once, and nothing about the moderator's own cases."""

from datetime import UTC, datetime

import msgspec
import pytest
from litestar import Litestar

from parley.interfaces.live import queue_stream
from parley.interfaces.live.queue_stream import QueueStream, QueueStreams
from parley.moderation.decisions import undoing
from parley.moderation.modqueue import claims
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.events import notify
from tests import make
from tests.moderation.modqueue.reported import decided, reported

pytestmark = pytest.mark.anyio


class OpenQueue:
    """A moderator's open queue, and the text that it was sent since it was last read."""

    def __init__(self, who: Viewer) -> None:
        # In a test's transaction everything has the same time.
        self.stream = QueueStream(who, QueueFilter(), datetime.now(UTC).replace(year=2020))
        self.streams = QueueStreams(5.0)
        self.streams.open.add(self.stream)

    async def words(self) -> str:
        await self.streams.send_state(self.stream)
        sent = b"".join(self.stream._queue).decode()
        self.stream._clear()
        return sent


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def olga(app: Litestar) -> Viewer:
    return await make.member("olga", role="moderator")


async def test_claims_and_decisions_of_others_are_sent_and_ones_own_are_not(mo: Viewer, olga: Viewer) -> None:
    looked_at, settled, passed_on = await reported(), await reported(), await reported()
    await claims.claim(olga, looked_at)
    await decided(settled, olga, "collapse")
    await decided(passed_on, olga, "escalate")

    words, own = await OpenQueue(mo).words(), await OpenQueue(olga).words()

    assert f'<li data-item="{looked_at}"><bdi>olga</bdi> is reviewing this</li>' in words
    assert f'<li data-item="{settled}" data-decided>Collapsed by <bdi>olga</bdi></li>' in words
    assert f'data-item="{passed_on}"' not in words
    assert "olga" not in own


async def test_nothing_is_sent_about_ones_own_cases(mo: Viewer, olga: Viewer) -> None:
    own, flagged = await reported(mo), await reported(by=mo)
    await reports.report(ReportInput("member", mo.id, "honesty", "", await make.member()))
    about = await db.value("select id from queue_item where kind = 'member'")
    opened = OpenQueue(mo)
    silence = await opened.words()

    for item in (own, flagged, about):
        await claims.claim(olga, item)
        looked = await opened.words()
        await decided(item, olga, "approve")
        settled = await opened.words()
        assert (looked, settled) == ("", "")

    assert "new item" not in silence and "data-item" not in silence


async def test_nothing_is_sent_twice(mo: Viewer, olga: Viewer) -> None:
    item, opened = await reported(), OpenQueue(mo)

    first, again = await opened.words(), await opened.words()
    await claims.claim(olga, item)
    then = await opened.words()

    assert "1 new item" in first and again == "" and "olga</bdi> is reviewing this" in then


async def test_every_change_of_an_item_notifies_open_queues(
    mo: Viewer, olga: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notified: list[bool] = []
    monkeypatch.setattr(notify, "subscribers", [lambda signal: notified.append(signal.queue)])

    async def stirs() -> bool:
        found = any(notified)
        notified.clear()
        return found

    item = await reported()
    assert await stirs(), "a report"
    await claims.claim(olga, item)
    assert await stirs(), "a claim"
    await claims.release(olga)
    assert await stirs(), "letting go"
    await claims.take_next(mo, QueueFilter(), 0)
    assert await stirs(), "taking the next"
    decision = await decided(item, mo)
    assert await stirs(), "a decision"
    await undoing.undo(mo, decision)
    assert await stirs(), "taking it back"


async def test_a_queue_is_refreshed_after_a_signal_and_else_rarely(mo: Viewer, olga: Viewer) -> None:
    await sessions.start(mo.id, mo.role, agent="a test", address="127.0.0.1")
    session = await db.value("select id from session where member = $1", mo.id)
    opened, item = OpenQueue(msgspec.structs.replace(mo, session=session)), await reported()
    await opened.streams.refresh()
    opened.stream._clear()

    await claims.claim(olga, item)
    await opened.streams.refresh()
    assert not opened.stream._queue
    opened.streams.is_due = True
    await opened.streams.refresh()

    assert b"olga</bdi> is reviewing this" in b"".join(opened.stream._queue)


async def test_a_stream_that_joins_while_the_others_are_checked_stays(
    mo: Viewer, olga: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, late = OpenQueue(mo), OpenQueue(olga)

    async def nobody_is_staff(_: object) -> set[int]:
        opened.streams.open.add(late.stream)
        return set()

    monkeypatch.setattr(queue_stream, "still_staff", nobody_is_staff)
    await opened.streams.end_invalid()

    assert late.stream in opened.streams.open
    assert b"event: bye" in b"".join(opened.stream._queue) and not late.stream._queue
