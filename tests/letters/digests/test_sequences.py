"""Whatever happens in whatever order: no letter tells something twice, or what its reader knows or may not read.

What is expected is kept here in plain sets, beside what the database says.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from parley.discussion.commenting import posting
from parley.discussion.commenting.drafts import Draft
from parley.discussion.threads.reading import open_thread
from parley.letters.digests import mailing
from parley.letters.notifications import jobs as notifications
from parley.letters.notifications import ops as following
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from tests import make
from tests.letters.digests.issuing import due, issue, mail_of, next_week, reader, reviewed

pytestmark = pytest.mark.anyio

READERS, AUTHORS, THREADS = 2, 4, 3
TOPICS = ("research", "policy", "work")
STANCES = ("supports", "challenges", "asks", None)
# Each step takes an hour, for which everything is moved into the past.
HOUR_LATER = (
    "update comment set created_at = created_at - interval '1 hour'",
    "update visit set seen_at = seen_at - interval '1 hour', read_until = read_until - interval '1 hour'",
    "update vote set changed_at = changed_at - interval '1 hour'",
    """update thread set created_at = created_at - interval '1 hour',
         last_activity_at = last_activity_at - interval '1 hour'""",
)
ACTIONS = ("post", "post", "post", "answer", "visit", "hide", "report", "collapse", "mute", "block", "mute_thread",
           "mute_topic", "vote", "issue", "issue", "send", "send")  # fmt: skip

steps = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)),
    min_size=12,
    max_size=45,
)
ENOUGH = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Undone(Exception):
    """Ends an example without leaving anything."""


@asynccontextmanager
async def undone() -> AsyncIterator[None]:
    try:
        async with db.atomic():
            yield
            raise Undone  # noqa: TRY301 what rolls back is an exception
    except Undone:
        pass


class Story:
    """A small forum, and what its readers know and do not want."""

    def __init__(self, readers: list[Viewer], authors: list[Viewer], threads: list[int]) -> None:
        self.readers, self.authors, self.threads = readers, authors, threads
        self.author: dict[int, int] = {}
        self.thread: dict[int, int] = {}
        self.known: dict[int, set[int]] = {one.id: set() for one in readers}
        self.shut: dict[int, set[int]] = {one.id: set() for one in readers}
        self.muted: dict[int, set[int]] = {one.id: set() for one in readers}
        self.sent: dict[int, set[int]] = {one.id: set() for one in readers}
        self.bad: set[int] = set()
        self.open: list[int] = []
        self.letters = 0

    async def do(self, action: str, *numbers: int) -> None:
        await getattr(self, f"_{action}")(*numbers)
        for statement in HOUR_LATER:
            await db.execute(statement)

    async def _post(self, author: int, thread: int, stance: int) -> None:
        await self._write(author, self.threads[thread % THREADS], None, STANCES[stance % len(STANCES)])

    async def _answer(self, author: int, comment: int, _: int) -> None:
        parent = self._any(comment)
        if parent is not None and parent not in self.bad:
            await self._write(author, self.thread[parent], parent, None)

    async def _write(self, author: int, thread: int, parent: int | None, stance: str | None) -> None:
        who = [*self.authors, *self.readers][author % (AUTHORS + READERS)]
        if parent is not None and await db.value(
            "select 1 from block where kind = 'block' and $1 in (member, other) and $2 in (member, other)",
            who.id,
            self.author[parent],
        ):
            return
        draft = Draft(thread=thread, author=who, body=f"Words of {who.name}.", parent=parent, stance=stance)
        made = (await posting.post_comment(draft)).id
        self.author[made], self.thread[made] = who.id, thread
        await make.vote(await make.member(), made)
        await notifications.handle_events()
        if who.id in self.known:
            self._knows(who.id, thread)

    async def _visit(self, reader: int, thread: int, _: int) -> None:
        who, where = self.readers[reader % READERS], self.threads[thread % THREADS]
        await open_thread(who.id, where)
        self._knows(who.id, where)

    def _knows(self, reader: int, thread: int) -> None:
        """Who was in a thread knows what was written there until then."""
        self.known[reader] |= {comment for comment, place in self.thread.items() if place == thread}

    async def _hide(self, comment: int, *_: int) -> None:
        if (one := self._any(comment)) is not None and one not in self.bad:
            await make.put_state("comment", one, "hidden")
            self.bad.add(one)

    async def _report(self, comment: int, *_: int) -> None:
        if (one := self._any(comment)) is not None and one not in self.bad:
            await db.execute(
                "insert into queue_item (kind, target, thread) values ('comment', $1, $2)", one, self.thread[one]
            )
            self.bad.add(one)

    async def _collapse(self, comment: int, *_: int) -> None:
        if (one := self._any(comment)) is not None:
            await db.execute("update comment set collapsed = 'Off topic' where id = $1", one)
            self.bad.add(one)

    async def _mute(self, reader: int, author: int, _: int) -> None:
        await self._shut(reader, author, "mute")

    async def _block(self, reader: int, author: int, _: int) -> None:
        await self._shut(reader, author, "block")

    async def _shut(self, reader: int, author: int, kind: str) -> None:
        who, other = self.readers[reader % READERS], self.authors[author % AUTHORS]
        await db.execute(
            """insert into block (member, other, kind, created_at) values ($1, $2, $3, now())
               on conflict (member, other) do nothing""",
            who.id,
            other.id,
            kind,
        )
        self.shut[who.id].add(other.id)

    async def _mute_thread(self, reader: int, thread: int, _: int) -> None:
        who, where = self.readers[reader % READERS], self.threads[thread % THREADS]
        await following.follow_thread(who.id, where, "mute")
        self.muted[who.id].add(where)

    async def _mute_topic(self, reader: int, thread: int, _: int) -> None:
        """The topic of a thread that they do not follow."""
        who, where = self.readers[reader % READERS], thread % THREADS
        if not await db.value("select 1 from follow where member = $1 and thread = $2", who.id, self.threads[where]):
            await following.follow_topic(who.id, TOPICS[where], "mute", on=True)
            await following.follow_thread(who.id, self.threads[where], "mute")
            self.muted[who.id].add(self.threads[where])

    async def _vote(self, reader: int, comment: int, _: int) -> None:
        who, one = self.readers[reader % READERS], self._any(comment)
        if one is not None and one not in self.bad and self.author[one] != who.id:
            await make.vote(who, one)
            self._knows(who.id, self.thread[one])

    async def _issue(self, reader: int, *_: int) -> None:
        who = self.readers[reader % READERS]
        await next_week(who)
        await due(who)
        self.open += await issue()

    async def _send(self, place: int, outcome: int, _: int) -> None:
        """Send an issue that was built some steps ago, and hear what became of it."""
        if not self.open:
            return
        number = self.open.pop(place % len(self.open))
        if await db.value("select mail from issue where id = $1", number) is None:
            return
        member = await db.value("select member from issue where id = $1", number)
        letter = await reviewed(number)
        included = await db.values("select comment from issue_item where issue = $1 and comment is not null", number)
        if letter is None:
            assert included == []
            return
        self.letters += 1
        self.check(member, included)
        became = ("sent", "sent", "unknown", "expired")[outcome % 4]
        await mailing.settled(await mail_of(number), became)
        if became == "sent":
            self.sent[member] |= set(included)

    def check(self, member: int, included: list[int]) -> None:
        """What holds of every letter."""
        assert not set(included) & self.sent[member]
        assert not set(included) & self.known[member]
        assert not set(included) & self.bad
        assert not {self.author[one] for one in included} & (self.shut[member] | {member})
        assert not {self.thread[one] for one in included} & self.muted[member]
        assert len({self.author[one] for one in included}) == len(included) <= 10

    def _any(self, number: int) -> int | None:
        made = list(self.author)
        return made[number % len(made)] if made else None


async def begun() -> Story:
    readers = [await reader() for _ in range(READERS)]
    authors = [await make.member() for _ in range(AUTHORS)]
    return Story(readers, authors, [await make.thread(topic=topic) for topic in TOPICS])


@ENOUGH
@given(steps=steps)
async def test_no_sequence_sends_an_item_that_must_not_be_sent(app: Litestar, steps: list[tuple[Any, ...]]) -> None:
    async with undone():
        story = await begun()
        for step in steps:
            await story.do(*step)
        event(f"{min(story.letters, 3)} letters or more")


async def test_the_random_sequences_send_letters(app: Litestar) -> None:
    """What holds of every letter would hold of none as well."""
    story = await begun()
    for n in range(4):
        await story.do("post", n, n, n)
    await story.do("issue", 0, 0, 0)
    await story.do("send", 0, 0, 0)

    assert story.letters == 1
    assert len(story.sent[story.readers[0].id]) >= 3
