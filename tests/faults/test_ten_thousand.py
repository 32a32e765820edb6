"""Thousands of digests, and a worker that is killed over and over: a crash in the middle is invisible to each of them.

The mail server is a process of its own, and its log is the truth.
"""

import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from parley.platform import db
from tests import make

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.usefixtures("app"),
    pytest.mark.committed,
]

# How many read, with the mail server's log and without it. What each crash does is the same for fewer.
READERS = {True: 10_000, False: 2_000}
JOURNAL = Path(__file__).with_name("journal.py")
# After how many hundredths of all messages more the mail server kills the worker, and whether it answers before.
KILLS = [(9, 0), (13, 1), (7, 0), (19, 1), (4, 0), (21, 1)]
MEMBERS = """
insert into member (name, name_key, email, email_key, state, seen_at, created_at)
select 'reader' || n, 'reader' || n, 'reader' || n || '@d' || n % 40 || '.example', 'reader' || n || '@d.example',
       'active', now(), now() - interval '100 days'
from generate_series(1, $1) n
"""
SUBSCRIBE = """
insert into subscription (member, weekday, hour, next_at, last_day)
select id, extract(isodow from now()), extract(hour from now()), date_trunc('hour', now()), current_date - 7
from member where name like 'reader%'
"""
PLANNED, BUILT = "select count(*) from issue", "select count(*) from issue where state <> 'planned'"
# The minutes over which issues are spread, and those that a dead worker's letters are left alone, have passed.
DUE = "update issue set due_at = now() where state = 'planned'"
LATER = """
update mail set leased_until = now() - interval '1 second', due_at = now() where state in ('planned', 'claimed', 'data')
"""
# The same for what a living worker put off, and for what it waits to read more of in the mail server's log.
SOON = """
with due as (
    update mail set due_at = now()
    where id in (select id from mail where state = 'planned' and due_at > now() for update skip locked)
)
update mail set leased_until = now() where id in (
    select id from mail where state = 'data'
      and leased_until between now() + interval '6 minutes' and now() + interval '10 minutes'
    for update skip locked
)
"""
OPEN = "select count(*) from mail where state in ('planned', 'claimed', 'data')"


class Post:
    """The mail server, and the worker of the moment."""

    def __init__(self, log: Path, server: asyncio.subprocess.Process, url: str) -> None:
        self.log, self.url = log, url
        self._server = server
        self._worker: asyncio.subprocess.Process | None = None
        self.settings = {"PARLEY_SMTP_URL": url, "PARLEY_LIMITS": "off", "PARLEY_BASE_URL": "http://localhost"}

    async def worker(self) -> asyncio.subprocess.Process:
        await patiently(LATER)
        self._worker = await started(sys.executable, "-m", "parley", "worker", **self.settings)
        return self._worker

    def end(self) -> None:
        """Leave nothing running, however the test ended."""
        for process in (self._worker, self._server):
            if process is not None and process.returncode is None:
                process.kill()

    def order_kill(self, more: int, worker: asyncio.subprocess.Process, answers_first: int) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(f"{more} {worker.pid} {answers_first}\n".encode())

    def taken(self) -> Counter[str]:
        """How often each Message-ID came in."""
        return Counter(re.findall(r"message-id=<(\S+)@localhost>", self.log.read_text()))


async def started(*command: str | Path, **settings: str) -> asyncio.subprocess.Process:
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)} | settings
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=env, stdin=pipe, stdout=pipe)


async def patiently(sql: str) -> None:
    """Run `sql` once PostgreSQL has noticed that a killed worker is gone, and has let go of what it held."""
    async with db.atomic():
        await db.execute("set local lock_timeout = '60s'")
        await db.execute("set local statement_timeout = '120s'")
        await db.execute(sql)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    while not await holds():
        await asyncio.sleep(0.2)


async def reaches(sql: str, count: int) -> None:
    async def enough() -> bool:
        return bool(await db.value(sql) >= count)

    await until(enough)


async def all_are_done(readers: int) -> None:
    async def done() -> bool:
        await db.execute(SOON)
        return bool(await db.value(f"select ({BUILT}) = {readers} and ({OPEN}) = 0"))

    await until(done)


async def kill(worker: asyncio.subprocess.Process) -> None:
    worker.kill()
    assert await worker.wait() == -signal.SIGKILL


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    log = tmp_path / "mail.log"
    server = await started(sys.executable, JOURNAL, log)
    assert server.stdout is not None
    one = Post(log, server, (await server.stdout.readline()).decode().strip())
    yield one
    one.end()


@pytest.mark.parametrize("has_log", [True, False], ids=["with the log", "without"])
async def test_a_crash_in_the_middle_of_thousands_is_invisible_to_each(post: Post, *, has_log: bool) -> None:
    if has_log:
        post.settings["PARLEY_MAIL_LOG"] = str(post.log)
    readers = READERS[has_log]
    thread = await make.thread()
    for stance in ("supports", "challenges"):
        comment = await make.comment(thread, await make.member(), f"This is why it {stance}.", stance=stance)
        await make.vote(await make.member(), comment)
    await db.execute(MEMBERS, readers)
    await db.execute(SUBSCRIBE)

    for count in (readers // 5, readers):
        worker = await post.worker()
        await reaches(PLANNED, count)
        await kill(worker)
    await patiently(DUE)
    worker = await post.worker()
    await reaches(BUILT, readers // 4)
    await kill(worker)
    for hundredths, answers_first in KILLS:
        worker = await post.worker()
        post.order_kill(readers * hundredths // 100, worker, answers_first)
        assert await worker.wait() == -signal.SIGKILL
    worker = await post.worker()
    await all_are_done(readers)
    worker.terminate()
    assert await worker.wait() == 0

    taken = post.taken()
    print(f"\n{len(taken):,} letters arrived, {sum(taken.values()):,} times")  # noqa: T201 the figures
    states = Counter(await db.values("select state from issue"))
    assert sum(states.values()) == readers
    assert set(taken.values()) == {1}
    if has_log:
        assert len(taken) == readers
        assert states == {"sent": readers}
    else:
        # Each time it died no more than a letter of each of its two connections is not known of.
        assert states["sent"] + states["unknown"] == readers
        assert states["unknown"] <= 2 * (len(KILLS) + 1)
    delivered = "select count(distinct issue) from issue_item where delivered"
    assert await db.value(delivered) == states["sent"], "what may not have arrived comes in the next issue"
