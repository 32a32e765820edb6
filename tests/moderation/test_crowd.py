"""Eight people at once, each doing whatever comes to mind: every promise still holds afterwards (I5, I10, S59)."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable

import pytest
from litestar import Litestar

import make
from moderation.engine.rows import put_rule
from moderation.promises import broken
from parley.comments import ops as comments
from parley.core import db
from parley.core.access import Viewer
from parley.core.errors import ParleyError
from parley.moderation import appeals, claims, decisions, record, reports
from parley.moderation.engine.conditions import Words
from parley.moderation.reports import Flag
from parley.moderation.rules import Choice, Stale

pytestmark = [pytest.mark.anyio, pytest.mark.committed]

STEPS = 40
OPEN = "select id from item where state = 'open' order by id"
OWN = "select id from decision where moderator = $1 and state = 'in_force' order by id desc limit 1"
IN_FORCE = "select id from decision where state = 'in_force' order by id"
FILED = "select id from appeal where state in ('filed', 'assigned') order by id"
ACTIONS = ["approve", "remove", "collapse", "warn", "silence", "lock", "escalate"]
DOUBLE = """
select item from decision where state <> 'undone' and action <> 'escalate'
group by item, created_at having count(*) > 1
"""


class Person:
    """One of the crowd, with dice of their own; counts what they did and what they were refused."""

    def __init__(self, who: Viewer, thread: int, comments: list[int], seed: int) -> None:
        self.who = who
        self.thread = thread
        self.comments = comments
        self.dice = random.Random(seed)
        self.done: Counter[str] = Counter()

    async def live(self) -> None:
        """Do one thing after another, as often as `STEPS`."""
        staff = self.who.role != "member"
        deeds = [self.decide, self.undo, self.claim, self.answer_appeal] if staff else [self.delete, self.appeal]
        for _ in range(STEPS):
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
        await make.vote(self.who, self.dice.choice(self.comments), value=self.dice.choice([-1, 0, 1]))
        return "vote"

    async def report(self) -> str:
        await reports.report(Flag("comment", self.dice.choice(self.comments), "civility", "Look.", self.who))
        return "report"

    async def delete(self) -> str:
        change = self.dice.choice([comments.delete_comment, comments.restore_comment])
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
        await decisions.undo(self.who, await db.value(OWN, self.who.id) or 0)
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
        """An item as this moderator has seen it, which may be otherwise by now."""
        item = await self._one_of(OPEN)
        return item, await db.value("select version from item where id = $1", item) or 1


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
async def test_a_crowd_breaks_no_promise(app: Litestar, seed: int) -> None:
    thread = await make.thread()
    await put_rule(Words(["held"]), action="hold")
    roles = ["member"] * 4 + ["moderator"] * 3 + ["admin"]
    people = [await make.member(role=role) for role in roles]
    posted = [await make.comment(thread, one) for one in people[:4] for _ in range(3)]
    crowd = [Person(one, thread, posted, seed * 100 + number) for number, one in enumerate(people)]

    await asyncio.gather(*(person.live() for person in crowd))

    done = sum((person.done for person in crowd), Counter())
    assert await broken() == []
    assert await record.verify() is None
    assert await db.values(DOUBLE) == []
    recorded = sum(done[deed] for deed in ("decide", "undo", "appeal", "answer"))
    assert await db.value("select count(*) from mod_action where role <> 'automatic'") == recorded
    assert min(done[deed] for deed in ("post", "vote", "report", "decide", "undo", "appeal", "claim")) > 0, done
