"""The machine's clock jumps back and ahead: nothing is sent or done twice, and what is to end ends in time."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parley.moderation.modlog import ops as modlog
from parley.people.accounts import sessions, tokens
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.hosts.cluster import Node, Single
from tests.interfaces.live.forum import START_SECONDS, Forum, cookie_of, writing
from tests.letters.digests.issuing import due, reader, thread_with_sides
from tests.moderation.decisions.test_sanctions_end import silenced
from tests.programs import installed

pytestmark = pytest.mark.anyio

SWEEP = """
import asyncio, os
from contextlib import suppress
from parley.site import hooks
from parley.platform.db import close_pool, open_pool
from parley.platform.events.redis import open_redis
from parley.letters.digests import jobs as digests
from parley.moderation.decisions import jobs as decisions

async def connect():
    # A busy machine may need longer than the five seconds that we wait for a connection.
    while True:
        with suppress(TimeoutError):
            return await open_pool(os.environ["DATABASE_URL"], size=2, statement_timeout="60000")

async def main():
    hooks.connect()
    await connect()
    open_redis(os.environ["REDIS_URL"])
    await decisions.end_sanctions()
    await digests.run()
    await close_pool()

asyncio.run(main())
"""
PERIODS = "select period from issue where member = $1 order by id"
SIGNED_IN = (
    f"select count(*) from session join member on member.id = member where token_hash = $1 and {sessions.IS_VALID}"
)
ENDS = "select count(*) from mod_action where action = 'end'"


class Clock:
    """The time of PostgreSQL and of what the worker does: so much before or after ours."""

    def __init__(self, folder: Path) -> None:
        installed("faketime", "faketime")
        library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        self.file = folder / "clock"
        self.env = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set("+0")

    def set(self, offset: str) -> None:
        """`+26h`, `-30m`, `+0`; the file is replaced whole, as it may be read at any moment."""
        new = self.file.with_suffix(".new")
        new.write_text(offset)
        new.rename(self.file)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path)


@pytest.fixture
async def faked(broken_forum: Forum, clock: Clock, tmp_path: Path) -> AsyncIterator[Single]:
    with ExitStack() as stack:
        node = Node(tmp_path / "pg", clock.env)
        stack.callback(node.kill)
        node.make()
        single = Single(node, broken_forum.servers.redis_url, broken_forum.servers.settings)
        single.migrate()
        async with writing(Forum(single)):  # type: ignore[arg-type]
            yield single


def sweep(single: Single, clock: Clock, offset: str) -> None:
    """Set the clock, and let the worker look what is due."""
    clock.set(offset)
    env = os.environ | single.settings | clock.env
    env |= {"PARLEY_BASE_URL": "http://localhost", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", SWEEP], env=env, check=True, timeout=START_SECONDS)


def zone_of_noon() -> str:
    """Where it is noon now: a day later in the night is two days later, and a day that passes unseen has no digest."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


async def test_a_clock_that_jumps_sends_no_digest_twice_and_ends_what_is_to_end(faked: Single, clock: Clock) -> None:
    readers = [await reader() for _ in range(3)]
    await db.execute("update subscription set frequency = 'daily'")
    await db.execute("update member set zone = $1", zone_of_noon())
    for one in readers:
        await due(one)
    await thread_with_sides()
    author = await make.member()
    await silenced(author, days=1)
    digest = tokens.digest(await cookie_of(author))

    for offset in ("+0", "+30m"):
        sweep(faked, clock, offset)
    first = [await db.values(PERIODS, one.id) for one in readers]
    assert [len(periods) for periods in first] == [1, 1, 1]
    assert await _letters() == 3

    for offset in ("-30m", "-25h", "+0", "+35m"):
        sweep(faked, clock, offset)
        assert [await db.values(PERIODS, one.id) for one in readers] == first
        assert await _letters() == 3
        assert await _state(author) == "silenced"
        assert await db.value(SIGNED_IN, digest) == 1
    assert await db.value(ENDS) == 0

    await thread_with_sides()
    for offset in ("+26h", "+27h", "+36m", "+26h", "+27h"):
        sweep(faked, clock, offset)
        assert await _state(author) == "active"
        assert await db.value(ENDS) == 1
    for one, before in zip(readers, first, strict=True):
        periods = await db.values(PERIODS, one.id)
        assert periods[:1] == before
        assert len(periods) == len(set(periods)) == 2
    assert await _letters() == 6
    clock.set("+91d")
    assert await db.value(SIGNED_IN, digest) == 0
    assert (await modlog.verify()).broken is None


async def _letters() -> int:
    found: int = await db.value("select count(*) from mail where list = 'digest'")
    return found


async def _state(member: Viewer) -> str:
    found: str = await db.value("select state from member where id = $1", member.id)
    return found
