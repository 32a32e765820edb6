"""A worker that is killed while it makes notifications loses none and makes none twice."""

import os
import signal
import subprocess
import sys

import pytest

import make
from live.forum import START_SECONDS, Forum
from parley.core import db
from parley.notifications import mailing

pytestmark = pytest.mark.anyio

HANDLE = """
import asyncio, os
from parley import hooks
from parley.core.db import close_pool, open_pool
from parley.core.events.redis import open_redis
from parley.notifications import jobs

async def main():
    hooks.connect()
    await open_pool(os.environ["DATABASE_URL"], size=2)
    open_redis(os.environ["REDIS_URL"])
    await jobs.handle_events()
    await close_pool()

asyncio.run(main())
"""
TOLD = """
select kind || ' ' || comment from notification where member = $1 order by id
"""


def handle(forum: Forum, label: str) -> int:
    """Handle what there is in a process of its own, which dies at `label`; how it ended."""
    env = os.environ | forum.servers.settings | {"FAULT_AT": label, "PARLEY_BASE_URL": "http://localhost"}
    env |= {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", HANDLE], env=env, check=False, timeout=START_SECONDS).returncode


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

    assert handle(forum, label) == -signal.SIGKILL
    done = await db.value("select count(*) from notification where member = $1", mira.id)
    waiting = await db.value("select count(*) from event where handled_at is null")
    assert (done, waiting > 0) in {(0, True), (5, False)}, "half of it was done"
    for _ in range(2):
        assert handle(forum, "") == 0

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
    env = os.environ | forum.servers.settings | {"PYTHONPATH": os.pathsep.join(sys.path)}
    env |= {"PARLEY_BASE_URL": "http://localhost"}

    workers = [subprocess.Popen([sys.executable, "-c", HANDLE], env=env) for _ in range(2)]

    assert [worker.wait(START_SECONDS) for worker in workers] == [0, 0]
    assert sorted(await db.values(TOLD, mira.id)) == sorted(f"reply {reply}" for reply in replies)
    assert await db.value("select count(*) from mail where list = 'replies' and member = $1", mira.id) == 1
