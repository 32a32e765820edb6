"""When notifications are created, and when they are deleted."""

import asyncio
import contextvars
import re
from collections.abc import Sequence

import msgspec
import pytest
from litestar import Litestar

from parley.letters.notifications import jobs, queries
from parley.platform import db
from parley.platform.events import redis
from parley.platform.events.job_wakeups import CHANNEL
from parley.platform.events.notify import Signal
from parley.platform.events.scheduler import Scheduler
from parley.site.worker import JOBS
from tests import make

pytestmark = pytest.mark.anyio


OF_EVENTS = {"notifications", "search", "webhooks"}


def woken(scheduler: Scheduler) -> set[str]:
    return {name for name, schedule in scheduler._schedules.items() if schedule.is_woken}


@pytest.mark.parametrize(
    ("channel", "data", "jobs_"),
    [
        (redis.LIVE_CHANNEL, msgspec.json.encode([Signal(1, scores=True), Signal(2, seq=3)]), OF_EVENTS),
        (redis.LIVE_CHANNEL, msgspec.json.encode([Signal(1, scores=True), Signal(0, notifications=True)]), set()),
        (CHANNEL, b"mail", {"mail"}),
        (CHANNEL, b"nothing of ours", set()),
    ],
)
def test_an_event_wakes_the_worker_and_votes_do_not(channel: str, data: bytes, jobs_: set[str]) -> None:
    scheduler = Scheduler(JOBS)

    scheduler._wake_for(channel, data)

    assert woken(scheduler) == jobs_


async def test_events_older_than_notifications_count_as_handled(app: Litestar) -> None:
    await make.comment(await make.thread(), await make.member())
    await db.execute("update event set handled_at = now()")

    assert await jobs.handle_events() == 0
    assert await db.value("select count(*) from notification") == 0


@pytest.mark.committed
async def test_a_post_by_a_follower_does_not_wait_for_other_transactions(app: Litestar) -> None:
    thread, mira = await make.thread(), await make.member("mira")
    await make.comment(thread, mira)
    await jobs.handle_events()
    await make.comment(thread, mira)

    async with db.atomic():
        # As another worker does, which makes the notifications of another comment of theirs.
        await db.execute("select from follow where member = $1 for update", mira.id)
        handled = await asyncio.create_task(jobs.handle_events(), context=contextvars.Context())

    assert handled == 1


async def test_an_event_that_cannot_be_handled_does_not_delay_others(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira, jon = await make.member("mira"), await make.member("jon")
    thread = await make.thread()
    broken = await make.comment(thread, jon, "Broken, @mira.")
    sound = await make.comment(thread, jon, "Sound, @mira.")
    make_notices = jobs.make

    async def failing(events: Sequence[jobs.PendingEvent]) -> None:
        await make_notices(events)
        if broken in {event.comment for event in events}:
            await db.execute("select 1 / 0")

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "make", failing)
        await jobs.handle_events()
    assert [row.comment for row in await queries.list_page(mira.id)] == [sound]

    await db.execute("update job_failure set retry_at = now() - interval '1 second'")
    await jobs.handle_events()

    assert sorted(row.comment or 0 for row in await queries.list_page(mira.id)) == [broken, sound]


async def test_followers_are_looked_up_by_index_whatever_the_statistics_say(app: Litestar) -> None:
    # Without figures of an earlier analysis, PostgreSQL plans for a table with rows.
    async with make.as_owner():
        await db.execute("truncate notification")
    await db.execute(jobs.PLAN_ONCE)

    plan = "\n".join(await db.values(f"explain {jobs.NOTIFY_OF_COMMENTS}", [1], [], []))

    # By the statistics, PostgreSQL reads the index row by row or as a bitmap.
    assert re.search(r"Scan (using|on) notification_(?!preference)", plan)
    assert "Seq Scan on notification" not in plan


async def test_an_event_that_fails_for_any_reason_does_not_delay_others(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread, make_notices = await make.thread(), jobs.make
    bad = await make.comment(thread, await make.member())
    await make.comment(thread, await make.member())

    async def failing(events: Sequence[jobs.PendingEvent]) -> None:
        if bad in {event.comment for event in events}:
            raise ValueError
        await make_notices(events)

    monkeypatch.setattr(jobs, "make", failing)
    await jobs.handle_events()

    assert await db.values("select comment from event where handled_at is null") == [bad]
