"""A worker that is killed while it makes notifications loses none and makes none twice."""

import os
import signal
from multiprocessing.process import BaseProcess

import pytest

from parley.letters.notifications import mailing
from parley.platform import db
from tests import command, make
from tests.faults.jobs import make_notifications
from tests.interfaces.live.forum import START_SECONDS, Forum

pytestmark = pytest.mark.anyio

TOLD = """
select kind || ' ' || comment from notification where member = $1 order by id
"""


def handle(forum: Forum, label: str = "") -> BaseProcess:
    """Handle what there is in a process of its own, which dies at `label`."""
    env = os.environ | forum.servers.settings | {"FAULT_AT": label, "PARLEY_BASE_URL": "http://localhost"}
    return command.start(make_notifications, env)


def ended(process: BaseProcess) -> int | None:
    """How it ended."""
    process.join(START_SECONDS)
    return process.exitcode


@pytest.fixture(autouse=True)
async def nothing_waits(forum: Forum) -> None:
    """A worker that dies is to die with the events of its test: other tests left thousands."""
    await db.execute("update event set handled_at = now() where handled_at is null")


@pytest.mark.parametrize("label", ["made", "handled", "posted"])
async def test_killed_at_any_point_nothing_is_lost_and_nothing_told_twice(forum: Forum, label: str) -> None:
    mira, jon = await make.member(), await make.member()
    thread = await make.thread()
    root = await make.comment(thread, mira)
    replies = [await make.comment(thread, jon, f"Number {number}.", parent=root) for number in range(5)]

    assert ended(handle(forum, label)) == -signal.SIGKILL
    done = await db.value("select count(*) from notification where member = $1", mira.id)
    waiting = await db.value("select count(*) from event where handled_at is null")
    assert (done, waiting > 0) in {(0, True), (5, False)}, "half of it was done"
    for _ in range(2):
        assert ended(handle(forum)) == 0

    assert await db.values(TOLD, mira.id) == [f"reply {reply}" for reply in replies]
    assert await db.value("select count(*) from event where handled_at is null") == 0
    [mail] = await db.values("select id from mail where list = 'replies' and member = $1", mira.id)
    letter = await mailing.render(mail)
    assert letter is not None
    assert all(f"Number {number}." in letter.text for number in range(5))


async def test_two_workers_at_once_make_each_notice_once(forum: Forum) -> None:
    mira, jon = await make.member(), await make.member()
    thread = await make.thread()
    root = await make.comment(thread, mira)
    replies = [await make.comment(thread, jon, f"Number {number}.", parent=root) for number in range(30)]

    workers = [handle(forum) for _ in range(2)]

    assert [ended(worker) for worker in workers] == [0, 0]
    assert sorted(await db.values(TOLD, mira.id)) == sorted(f"reply {reply}" for reply in replies)
    assert await db.value("select count(*) from mail where list = 'replies' and member = $1", mira.id) == 1
