"""What an open queue is told: what its own moderator may see, once, and nothing of their own cases."""

from datetime import UTC, datetime

import msgspec
import pytest
from litestar import Litestar

import make
from moderation.desk import decided, reported
from parley.accounts import sessions
from parley.core import db, nudges
from parley.core.access import Viewer
from parley.live import desk
from parley.live.desk import Desk, Seat
from parley.moderation import claims, decisions, reports
from parley.moderation.queries.queue import Wanted
from parley.moderation.reports import Flag

pytestmark = pytest.mark.anyio


class Told:
    """A moderator's open queue, and the words it was told since it was last asked."""

    def __init__(self, who: Viewer) -> None:
        # In a test's transaction all is written in one moment.
        self.seat = Seat(who, Wanted(), datetime.now(UTC).replace(year=2020))
        self.desk = Desk(5.0)
        self.desk.seats.add(self.seat)

    async def words(self) -> str:
        await self.desk.tell(self.seat)
        told = b"".join(self.seat._queue).decode()
        self.seat._forget()
        return told


@pytest.fixture
async def mo(app: Litestar) -> Viewer:
    return await make.member("mo", role="moderator")


@pytest.fixture
async def olga(app: Litestar) -> Viewer:
    return await make.member("olga", role="moderator")


async def test_what_others_look_at_and_decided_is_told_and_what_oneself_does_is_not(mo: Viewer, olga: Viewer) -> None:
    looked_at, settled, passed_on = await reported(), await reported(), await reported()
    await claims.claim(olga, looked_at)
    await decided(settled, olga, "collapse")
    await decided(passed_on, olga, "escalate")

    words, own = await Told(mo).words(), await Told(olga).words()

    assert f'<li data-item="{looked_at}">olga is reviewing this</li>' in words
    assert f'<li data-item="{settled}" data-decided>Folded by olga</li>' in words
    assert f'data-item="{passed_on}"' not in words
    assert "olga" not in own


async def test_of_ones_own_cases_nothing_is_told(mo: Viewer, olga: Viewer) -> None:
    own, flagged = await reported(mo), await reported(by=mo)
    await reports.report(Flag("member", mo.id, "honesty", "", await make.member()))
    about = await db.value("select id from item where kind = 'member'")
    told = Told(mo)
    silence = await told.words()

    for item in (own, flagged, about):
        await claims.claim(olga, item)
        looked = await told.words()
        await decided(item, olga, "approve")
        settled = await told.words()
        assert (looked, settled) == ("", "")

    assert "new item" not in silence and "data-item" not in silence


async def test_what_a_queue_knows_is_not_told_again(mo: Viewer, olga: Viewer) -> None:
    item, told = await reported(), Told(mo)

    first, again = await told.words(), await told.words()
    await claims.claim(olga, item)
    then = await told.words()

    assert "1 new item" in first and again == "" and "olga is reviewing this" in then


async def test_every_change_of_an_item_stirs_the_open_queues(
    mo: Viewer, olga: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stirred: list[bool] = []
    monkeypatch.setattr(nudges, "listeners", [lambda nudge: stirred.append(nudge.queue)])

    async def stirs() -> bool:
        found = any(stirred)
        stirred.clear()
        return found

    item = await reported()
    assert await stirs(), "a report"
    await claims.claim(olga, item)
    assert await stirs(), "a claim"
    await claims.release(olga)
    assert await stirs(), "letting go"
    await claims.take_next(mo, Wanted(), 0)
    assert await stirs(), "taking the next"
    decision = await decided(item, mo)
    assert await stirs(), "a decision"
    await decisions.undo(mo, decision)
    assert await stirs(), "taking it back"


async def test_a_queue_is_looked_at_when_stirred_and_else_rarely(mo: Viewer, olga: Viewer) -> None:
    await sessions.start(mo.id, mo.role, agent="a test", address="127.0.0.1")
    session = await db.value("select id from session where member = $1", mo.id)
    told, item = Told(msgspec.structs.replace(mo, session=session)), await reported()
    await told.desk.look()
    told.seat._forget()

    await claims.claim(olga, item)
    await told.desk.look()
    assert not told.seat._queue
    told.desk.is_stirred = True
    await told.desk.look()

    assert b"olga is reviewing this" in b"".join(told.seat._queue)


async def test_whoever_sits_down_while_the_others_are_asked_about_stays(
    mo: Viewer, olga: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, late = Told(mo), Told(olga)

    async def nobody_is_staff(_: object) -> set[int]:
        told.desk.seats.add(late.seat)
        return set()

    monkeypatch.setattr(desk, "still_staff", nobody_is_staff)
    await told.desk.end_others()

    assert told.desk.seats == {late.seat}
    assert b"event: bye" in b"".join(told.seat._queue) and not late.seat._queue
