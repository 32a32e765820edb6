"""Weeks of a made-up community: what home, For you and digests tell is new to each member, and nothing is lost."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import asyncpg
import msgspec
import pytest

from parley.discussion.threads import reading
from parley.letters.digests import items
from parley.letters.digests.queries import IssueRow
from parley.letters.for_you import queries as for_you
from parley.letters.for_you.queries import UnreadThread
from parley.letters.news import home
from parley.letters.news.queries import shared_candidates
from parley.letters.notifications import jobs as notifications
from parley.letters.notifications import queries as addressed_to
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.settings import settings
from tests import make

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app"), pytest.mark.committed]

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
    waiting: int = 0
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
        # The thread of each comment.
        self.thread_of: dict[int, int] = {}
        # What each member has read or written, as somebody who looks over their shoulder would say.
        self.read: dict[int, set[int]] = defaultdict(set)
        self.opened: set[tuple[int, int]] = set()

    async def found(self, members: int, threads: int) -> None:
        self.members = [await make.member() for _ in range(members)]
        self.threads = [await make.thread() for _ in range(threads)]

    async def vacuum(self) -> None:
        """As PostgreSQL does from time to time."""
        owner = await asyncpg.connect(settings().database_url)
        await owner.execute(f"vacuum analyze {', '.join(SHIFTED)}")
        await owner.close()

    async def open(self, member: Viewer, thread: int) -> None:
        await reading.open_thread(member.id, thread)
        if (member.id, thread) not in self.opened:
            self.opened.add((member.id, thread))
            self.read[member.id].update(self.comments_in(thread))

    def comments_in(self, thread: int) -> list[int]:
        return [comment for comment, where in self.thread_of.items() if where == thread]

    async def mark_read(self, member: Viewer, thread: int, comments: list[int]) -> None:
        await reading.mark_read(member.id, thread, comments)
        self.read[member.id].update(comments)

    async def pass_day(self) -> None:
        for table, columns in SHIFTED.items():
            moved = ", ".join(f"{column} = {column} - interval '1 day'" for column in columns)
            await db.execute(f"update {table} set {moved}")
        await self.vacuum()
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
        # What everybody may be told is chosen once for all visits of the day.
        home._shared.clear()

    async def write(self, member: Viewer) -> None:
        thread = self.random.choice(self.threads)
        parents = self.comments_in(thread)
        parent = self.random.choice(parents) if parents and self.random.random() < 0.5 else None
        stance = None if parent else self.random.choice(["supports", "challenges", "adds", "asks"])
        body = f"Why is that so, {len(self.thread_of)}?"
        await self.open(member, thread)
        comment = await make.comment(thread, member, body, parent=parent, stance=stance)
        self.thread_of[comment] = thread
        self.read[member.id].update({comment, parent or comment})
        voter = self.random.choice(self.members)
        if voter is not member:
            await self.open(voter, thread)
            await self.mark_read(voter, thread, [comment])
            await make.vote(voter, comment)

    async def visit(self, member: Viewer) -> None:
        """Look at home and For you, check them, and read something in a thread."""
        await self.look_at_for_you(member)
        home._choices.clear()
        cells = (await home.news_for(member, self.threads)).cells
        told = [cell.comment for cell in cells if cell.comment is not None]
        waiting = await self.unread_replies(member)
        self.seen.told += len(told)
        self.seen.twice += len(told) - len(set(told))
        self.seen.read += self.count_read(member, [cell.comment for cell in cells if cell.kind != "common"])
        self.seen.lost += bool(waiting) and not waiting & {cell.comment for cell in cells if cell.kind == "reply"}
        thread = self.random.choice(cells).thread if cells else self.random.choice(self.threads)
        await self.open(member, thread)
        there = self.comments_in(thread)
        await self.mark_read(member, thread, self.random.sample(there, len(there) // 2))

    async def look_at_for_you(self, member: Viewer) -> None:
        """Compare all that it shows, on all its pages, with what the member has not read."""
        rows = await db.fetch(UnreadThread, for_you.SELECT_THREADS, member.id, None, None, len(self.threads))
        ids = await for_you.unread_comment_ids(member.id, rows, limit=len(self.thread_of))
        there = [comment for comment, where in self.thread_of.items() if (member.id, where) in self.opened]
        expected = set(there) - self.read[member.id]
        addressed = await addressed_to.list_page(member.id, kinds=["reply", "mention"], only_unread=True)
        told = {row.comment for row in addressed}
        self.seen.told += len(ids) + len(told)
        self.seen.waiting += len(expected)
        self.seen.read += len((set(ids) | told) & self.read[member.id])
        self.seen.lost += len(expected - set(ids) - told) + len(await self.unread_replies(member) - told)
        self.seen.twice += len(ids) - len(set(ids)) + len(addressed) - len(told) + len(told.intersection(ids))
        assert sum(row.count for row in rows) == sum(
            min(100, count) for count in Counter(self.thread_of[comment] for comment in ids).values()
        )

    async def unread_replies(self, member: Viewer) -> set[int]:
        replies = await db.values(
            "select comment from notification where member = $1 and kind = 'reply' and read_at is null", member.id
        )
        return set(replies) - self.read[member.id]

    def count_read(self, member: Viewer, comments: Sequence[int | None]) -> int:
        return len(self.read[member.id].intersection(comments))

    async def send_digests(self, week: int) -> None:
        now = datetime.now(UTC)
        shared = await shared_candidates(now)
        issues = [
            IssueRow(number, member.id, "digest", f"2026-W{week + 10}", now, member.name, "", "UTC", "weekly", 6)
            for number, member in enumerate(self.members)
        ]
        chosen = await items.choose(issues, shared, now)
        rows = [(issue.id, issue.member, one) for issue, one in zip(issues, chosen, strict=True)]
        by_issue = await items.read_chosen(rows)
        for number, member in enumerate(self.members):
            told = by_issue.get(number, [])
            comments = [item.comment for item in told if item.comment is not None]
            self.seen.told += len(comments)
            self.seen.twice += len(comments) - len(set(comments))
            self.seen.read += self.count_read(member, list(comments))
            for item in told:
                other = [
                    side for side in item.disagreement if item.comment in item.disagreement and side != item.comment
                ]
                if other and not self.count_read(member, list(other)):
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

    assert seen.told > members and seen.sides and seen.waiting
    assert (seen.read, seen.lost, seen.twice) == (0, 0, 0), seen
    assert seen.both >= 0.95 * seen.sides
