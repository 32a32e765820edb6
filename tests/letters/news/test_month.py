"""Weeks of a made-up community: what home and digests tell each member is new to them, and nothing is lost."""

from datetime import UTC, datetime
from random import Random

import msgspec
import pytest

from parley.discussion.threads import reading
from parley.letters.digests import items
from parley.letters.digests.queries import IssueRow
from parley.letters.news import home
from parley.letters.news.queries import shared_candidates
from parley.letters.notifications import jobs as notifications
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

SHIFTED = {
    "comment": ("created_at",),
    "thread": ("created_at", "last_activity_at"),
    "visit": ("seen_at", "read_until"),
    "notification": ("created_at", "read_at"),
    "vote": ("changed_at",),
    "follow": ("since",),
    "event": ("created_at",),
}
DAILY_COMMENTS, DAILY_VISITS = 0.3, 0.4


class Seen(msgspec.Struct):
    """How much was told, and how much of it was wrong."""

    told: int = 0
    read: int = 0
    lost: int = 0
    twice: int = 0
    sides: int = 0
    both: int = 0


class Community:
    def __init__(self, seed: int) -> None:
        self.random, self.seen = Random(seed), Seen()
        self.members: list[Viewer] = []
        self.threads: list[int] = []
        self.comments: list[tuple[int, int]] = []

    async def found(self, members: int, threads: int) -> None:
        self.members = [await make.member() for _ in range(members)]
        self.threads = [await make.thread() for _ in range(threads)]

    async def pass_day(self) -> None:
        for table, columns in SHIFTED.items():
            moved = ", ".join(f"{column} = {column} - interval '1 day'" for column in columns)
            await db.execute(f"update {table} set {moved}")
        for member in self.members:
            if self.random.random() < DAILY_COMMENTS:
                await self.write(member)
        await db.execute(
            """update thread_stats s set disagreement = array[
                 (select min(id) from comment where thread = s.thread and stance = 'supports' and parent is null),
                 (select min(id) from comment where thread = s.thread and stance = 'challenges' and parent is null)]
               where (select count(distinct stance) from comment where thread = s.thread and parent is null
                      and stance in ('supports', 'challenges')) = 2"""
        )
        await notifications.handle_events()

    async def write(self, member: Viewer) -> None:
        thread = self.random.choice(self.threads)
        parents = [comment for where, comment in self.comments if where == thread]
        parent = self.random.choice(parents) if parents and self.random.random() < 0.5 else None
        stance = None if parent else self.random.choice(["supports", "challenges", "adds", "asks"])
        body = f"Why is that so, {len(self.comments)}?"
        await reading.open_thread(member.id, thread)
        self.comments.append((thread, await make.comment(thread, member, body, parent=parent, stance=stance)))
        voter = self.random.choice(self.members)
        await make.vote(voter, self.comments[-1][1]) if voter is not member else None

    async def visit(self, member: Viewer) -> None:
        """Look at home, check it, and read something in a thread."""
        home._choices.clear()
        home._shared.clear()
        cells = (await home.news_for(member, self.threads)).cells
        told = [cell.comment for cell in cells if cell.comment is not None]
        waiting = await self.unread_replies(member)
        self.seen.told += len(told)
        self.seen.twice += len(told) - len(set(told))
        self.seen.read += await self.count_read(member, [cell.comment for cell in cells if cell.kind != "common"])
        self.seen.lost += bool(waiting) and not waiting & {cell.comment for cell in cells if cell.kind == "reply"}
        thread = self.random.choice(cells).thread if cells else self.random.choice(self.threads)
        await reading.open_thread(member.id, thread)
        there = [comment for where, comment in self.comments if where == thread]
        await reading.mark_read(member.id, thread, self.random.sample(there, len(there) // 2))

    async def unread_replies(self, member: Viewer) -> set[int]:
        replies = await db.values(
            "select comment from notification where member = $1 and kind = 'reply' and read_at is null", member.id
        )
        # Who voted on a reply or answered it has read it.
        return {reply for reply in replies if not await self.count_read(member, [reply])}

    async def count_read(self, member: Viewer, comments: list[int | None]) -> int:
        """How many of these the member read, wrote, voted on or answered."""
        count: int = await db.value(
            """select count(*) from comment c left join visit v on v.member = $1 and v.thread = c.thread
               where c.id = any($2::bigint[]) and (c.author = $1 or c.created_at <= v.read_until or c.id = any(v.read)
                 or exists (select from vote where member = $1 and comment = c.id)
                 or exists (select from comment o where o.author = $1 and o.parent = c.id))""",
            member.id,
            [comment for comment in comments if comment is not None],
        )
        return count

    async def send_digests(self, week: int) -> None:
        now = datetime.now(UTC)
        shared = await shared_candidates(now)
        for member in self.members:
            issue = IssueRow(0, member.id, "digest", f"2026-W{week + 10}", now, member.name, "", "UTC", "weekly", 6)
            [chosen] = await items.choose([issue], shared, now)
            told = (await items.read_chosen([(0, member.id, chosen)])).get(0, [])
            comments = [item.comment for item in told if item.comment is not None]
            self.seen.told += len(comments)
            self.seen.twice += len(comments) - len(set(comments))
            self.seen.read += await self.count_read(member, list(comments))
            for item in told:
                other = [
                    side for side in item.disagreement if item.comment in item.disagreement and side != item.comment
                ]
                if other and not await self.count_read(member, list(other)):
                    self.seen.sides += 1
                    self.seen.both += other[0] in comments


async def live(members: int, threads: int, days: int) -> Seen:
    community = Community(seed=38)
    await community.found(members, threads)
    for day in range(days):
        await community.pass_day()
        for member in community.members:
            if community.random.random() < DAILY_VISITS:
                await community.visit(member)
        if day % 7 == 6:
            await community.send_digests(day)
    return community.seen


@pytest.mark.parametrize(
    ("members", "threads", "days"), [(12, 4, 7), pytest.param(200, 30, 30, marks=pytest.mark.slow)]
)
async def test_what_is_told_is_new_and_nothing_is_lost(members: int, threads: int, days: int) -> None:
    seen = await live(members, threads, days)

    assert seen.told > members and seen.sides
    assert (seen.read, seen.lost, seen.twice) == (0, 0, 0), seen
    assert seen.both >= 0.95 * seen.sides
