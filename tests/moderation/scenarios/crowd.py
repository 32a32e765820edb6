"""People who act at random in the queue and in the threads, each in a task or process of their own.

Run as a program, it is one of them: it reads who they are, says that it is ready, waits for a line, and writes what
they did.
"""

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import Awaitable

import msgspec

from parley.discussion.commenting import editing
from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import undoing
from parley.moderation.decisions.rules import Choice, Stale
from parley.moderation.modqueue import claims
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.platform.events import redis
from parley.platform.observability import log
from parley.site import hooks
from tests import make

OPEN = "select id from queue_item where state = 'open' order by id"
OWN = "select id from decision where moderator = $1 and state = 'in_force' order by id desc limit 1"
IN_FORCE = "select id from decision where state = 'in_force' order by id"
FILED = "select id from appeal where state in ('filed', 'assigned') order by id"
ACTIONS = ["approve", "remove", "collapse", "warn", "silence", "lock", "escalate"]


class Person:
    """One of the crowd, with a random generator of their own; counts what they did and what was refused."""

    def __init__(self, who: Viewer, thread: int, comments: list[int], seed: int) -> None:
        self.who = who
        self.thread = thread
        self.comments = comments
        self.dice = random.Random(seed)
        self.done: Counter[str] = Counter()

    async def live(self, steps: int) -> None:
        """Do this many things, one after another."""
        staff = self.who.role != "member"
        deeds = [self.decide, self.undo, self.claim, self.answer_appeal] if staff else [self.delete, self.appeal]
        for _ in range(steps):
            await self.attempt(self.dice.choice([*deeds, self.vote, self.report, self.post])())

    async def attempt(self, deed: Awaitable[str]) -> None:
        try:
            self.done[await deed] += 1
        except Stale:
            self.done["stale"] += 1
        except ParleyError:
            self.done["refused"] += 1

    async def post(self) -> str:
        parent = self.dice.choice([None, *self.comments])
        body = self.dice.choice(["I see it otherwise.", "To be held."])
        self.comments.append(await make.comment(self.thread, self.who, body, parent=parent))
        return "post"

    async def vote(self) -> str:
        await make.vote(self.who, self.dice.choice(self.comments), value=self.dice.choice([-1, None, 1]))
        return "vote"

    async def report(self) -> str:
        await reports.report(ReportInput("comment", self.dice.choice(self.comments), "civility", "Look.", self.who))
        return "report"

    async def delete(self) -> str:
        change = self.dice.choice([editing.delete_comment, editing.restore_comment])
        await change(viewer=self.who, comment_id=self.dice.choice(self.comments))
        return "delete"

    async def claim(self) -> str:
        item, _ = await self._item()
        await claims.claim(self.who, item)
        return "claim"

    async def decide(self) -> str:
        item, version = await self._item()
        choice = Choice(item, version, self.dice.choice(ACTIONS), "civility", "It insults somebody.", 7)
        await decisions.decide(self.who, choice)
        return "decide"

    async def undo(self) -> str:
        await undoing.undo(self.who, await db.value(OWN, self.who.id) or 0)
        return "undo"

    async def appeal(self) -> str:
        await appeals.file(decision=await self._one_of(IN_FORCE), text="It was a quotation.")
        return "appeal"

    async def answer_appeal(self) -> str:
        outcome = self.dice.choice(["upheld", "overturned"])
        await appeals.decide(self.who, await self._one_of(FILED), outcome=outcome, answer="Read again.")
        return "answer"

    async def _one_of(self, found: str) -> int:
        return self.dice.choice(await db.values(found) or [0])

    async def _item(self) -> tuple[int, int]:
        """An item as this moderator saw it; it may have changed since."""
        item = await self._one_of(OPEN)
        return item, await db.value("select version from queue_item where id = $1", item) or 1


class Part(msgspec.Struct):
    """The work of one process."""

    member: int
    name: str
    role: str
    thread: int
    comments: list[int]
    seed: int
    steps: int


async def main() -> None:
    part = msgspec.json.decode(sys.stdin.readline(), type=Part)
    log.set_up("error", readable=False)
    hooks.connect()
    await db.open_pool(os.environ["DATABASE_URL"], size=2)
    redis.open_redis(os.environ["REDIS_URL"])
    who = Viewer(id=part.member, name=part.name, role=part.role, verified=True, session=0)
    person = Person(who, part.thread, part.comments, part.seed)
    print("ready", flush=True)  # noqa: T201 it speaks to the test
    await asyncio.to_thread(sys.stdin.readline)
    await person.live(part.steps)
    await redis.close_redis()
    await db.close_pool()
    print(msgspec.json.encode(dict(person.done)).decode())  # noqa: T201 it speaks to the test


if __name__ == "__main__":
    asyncio.run(main())
