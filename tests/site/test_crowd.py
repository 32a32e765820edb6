"""Everybody writes at once, and the worker runs: PostgreSQL finds no deadlock, and all counters are right."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from time import monotonic

import msgspec
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.comments.counts import find_drifted
from parley.discussion.threads.jobs import refresh_thread_stats
from parley.discussion.threads.reading import mark_read, open_thread
from parley.discussion.votes import jobs as votes
from parley.discussion.votes import ops as voting
from parley.discussion.votes.queries import differing_recounts
from parley.interfaces.search.jobs import index_events
from parley.letters.notifications import counts
from parley.letters.notifications import jobs as notifications
from parley.letters.notifications import ops as settings_of_notifications
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice, ThreadReference
from parley.moderation.modqueue import in_place
from parley.own_data.erasure import jobs as erasure
from parley.own_data.erasure import ledger
from parley.people.account_settings import renaming
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import DB
from parley.platform.errors import ParleyError
from parley.platform.settings import settings
from tests import make

pytestmark = pytest.mark.anyio

THREADS, MEMBERS = 3, 12
ACTIONS = ("remove", "restore", "collapse", "lock_branch", "unlock_branch", "approve")
COUNT_DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"
DRIFTED_THREADS = """
select t.id from thread t where t.comment_count <> (
    select count(*) from comment c
    where c.thread = t.id and c.state not in ('pending', 'rejected', 'expired', 'withdrawn'))
or t.last_seq <> (select max(seq) from event e where e.thread = t.id)
or t.last_seq <> (select count(*) from event e where e.thread = t.id)
"""


class Crowd:
    """Members who post, vote, edit and leave, and moderators who decide, in a few threads."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.members: list[Viewer] = []
        self.done: dict[str, int] = {}
        self.failed: list[str] = []

    async def gather(self) -> "Crowd":
        self.threads = [await make.thread() for _ in range(THREADS)]
        self.members = [await make.member() for _ in range(MEMBERS)]
        self.moderators = [await make.member(role="moderator") for _ in range(2)]
        for thread in self.threads:
            for member in self.members:
                await make.comment(thread, member, f"As @{self.member().name} says.", stance="adds")
        return self

    def member(self) -> Viewer:
        return self.dice.choice(self.members)

    async def comment(self) -> tuple[int, int, Viewer]:
        """A comment of the newest hundred, its thread, and its author if they are still here."""
        columns = "json_build_array(id, thread, author)::text"
        rows = await db.values(f"select {columns} from comment order by id desc limit 100")
        number, thread, author = msgspec.json.decode(self.dice.choice(rows))
        return number, thread, next((one for one in self.members if one.id == author), self.member())

    async def post(self) -> None:
        passage = (await make.lineages(thread := self.dice.choice(self.threads)))[0]
        await make.comment(thread, self.member(), f"A new one, @{self.member().name}.", stance="asks", passage=passage)

    async def reply(self) -> None:
        parent, thread, _ = await self.comment()
        await make.comment(thread, self.member(), f"A reply, @{self.member().name}.", parent=parent)

    async def vote(self) -> None:
        comment, *_ = await self.comment()
        value = self.dice.choice((1, -1, None))
        await make.vote(self.member(), comment, self.dice.choice(("quality", "agreement")), value)

    async def edit(self) -> None:
        comment, _, author = await self.comment()
        await editing.edit_comment(viewer=author, comment_id=comment, body=f"Edited {self.dice.random()}", stance=None)

    async def delete(self) -> None:
        comment, _, author = await self.comment()
        await editing.delete_comment(viewer=author, comment_id=comment)

    async def read(self) -> None:
        comment, thread, _ = await self.comment()
        seq = await db.value("select last_seq from thread where id = $1", thread)
        await open_thread(self.member().id, thread, seq=seq)
        await mark_read(self.member().id, thread, [comment])

    async def count(self) -> None:
        await counts.unread(self.member().id)

    async def mark_all_read(self) -> None:
        await settings_of_notifications.read_all(self.member().id, 2**60)

    async def follow(self) -> None:
        level = self.dice.choice(("follow", "mute", "none"))
        await settings_of_notifications.follow_thread(self.member().id, self.dice.choice(self.threads), level)

    async def decide(self) -> None:
        comment, thread, _ = await self.comment()
        choice = Choice(0, 0, self.dice.choice(ACTIONS), "civility", "Please stay civil.")
        moderator = self.dice.choice(self.moderators)
        made = await in_place.decide_on(moderator, "comment", comment, thread, choice)
        if self.dice.random() < 0.3:
            await undoing.undo(moderator, made)

    async def move(self) -> None:
        comment, thread, _ = await self.comment()
        choice = Choice(0, 0, "move", None, "It is about that.", to=ThreadReference(self.dice.choice(self.threads)))
        moderator = self.dice.choice(self.moderators)
        made = await in_place.decide_on(moderator, "comment", comment, thread, choice)
        if self.dice.random() < 0.3:
            await undoing.undo(moderator, made)

    async def rename(self) -> None:
        await renaming.rename(self.member(), f"member {self.dice.randrange(10**9)}")

    async def confirm(self) -> None:
        """A newcomer who voted on much confirms their address."""
        newcomer = await make.member(state="unverified")
        for _ in range(6):
            comment, *_ = await self.comment()
            await voting.cast_vote(viewer=newcomer, comment=comment, axis="quality", value=1)
        await db.execute("update member set state = 'active' where id = $1", newcomer.id)
        await voting.count_votes_of_member(newcomer.id)

    async def leave(self) -> None:
        """A member leaves for good, and another one comes."""
        leaver = self.members.pop(self.dice.randrange(len(self.members)))
        self.members.append(await make.member())
        leaving = "update member set state = 'deactivated', erase_at = now(), erase_words = $2 where id = $1"
        await db.execute(leaving, leaver.id, self.dice.random() < 0.5)

    async def worker(self) -> None:
        for job in (notifications.handle_events, index_events, refresh_thread_stats, votes.count_remaining_votes):
            await job()

    async def eraser(self) -> None:
        await erasure.erase_due()

    async def keep_on(self, act: Callable[[], Awaitable[None]], pause: float, until: float) -> None:
        while monotonic() < until:
            try:
                await act()
                self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
            except ParleyError:
                # Somebody was first.
                await asyncio.sleep(0.001)
            except Exception as error:  # noqa: BLE001 told at the end, with those of others
                self.failed.append(f"{act.__name__}: {error!r}")
            await asyncio.sleep(pause)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = msgspec.structs.replace(settings(), data=tmp_path)
    monkeypatch.setattr(ledger, "settings", lambda: changed)


async def deadlocks() -> int:
    """How many deadlocks PostgreSQL found in this database."""
    together = asyncio.Barrier(DB.open_connections().pool.get_size())

    async def report() -> None:
        # A session tells what it counted at the end of a transaction, but seldom more than once a second.
        async with db.atomic():
            await db.execute("select pg_stat_force_next_flush()")
            async with asyncio.timeout(10):
                await together.wait()

    await asyncio.gather(
        *(asyncio.create_task(report(), context=contextvars.Context()) for _ in range(together.parties))
    )
    found: int = await db.value(COUNT_DEADLOCKS)
    return found


@pytest.mark.committed
@pytest.mark.parametrize("seconds", [6, pytest.param(60, marks=pytest.mark.slow)])
async def test_nobody_deadlocks_whatever_all_do_at_once(app: Litestar, seconds: int) -> None:
    crowd = await Crowd(seconds).gather()
    before, until = await deadlocks(), monotonic() + seconds
    often = [crowd.post, *[crowd.reply] * 5, crowd.vote, crowd.worker]
    less_often = [crowd.edit, crowd.read, crowd.vote, crowd.decide, crowd.move, crowd.move, crowd.worker]
    seldom = [crowd.delete, crowd.mark_all_read, crowd.count, crowd.follow, crowd.rename, crowd.confirm]
    seldom += [crowd.leave, crowd.eraser]
    acts = [(act, pause) for acts, pause in ((often, 0.0), (less_often, 0.02), (seldom, 0.1)) for act in acts]

    await asyncio.gather(*(
        asyncio.create_task(crowd.keep_on(act, pause, until), context=contextvars.Context()) for act, pause in acts
    ))  # fmt: skip
    assert crowd.done.get("reply"), crowd.done
    assert crowd.failed == []
    assert await deadlocks() - before == 0
    assert await differing_recounts(0, 10**9) == []
    assert await find_drifted(0, 10**9) == []
    assert await db.values(DRIFTED_THREADS) == []
    assert await counts.check() == 0
    assert await db.values("select error from job_failure") == []
