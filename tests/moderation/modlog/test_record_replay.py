"""Every act of moderators and rules has one entry, and replaying the entries gives the present state (I2)."""

import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import msgspec
import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.appeals.rules import milder
from parley.moderation.automod import acting
from parley.moderation.decisions import jobs, second_approval, thread_actions, undoing
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import ACTIONS, ON_THREAD, Choice
from parley.moderation.matching.budget import Judged
from parley.moderation.matching.evaluate import ActiveRule, Match
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog import replay
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import ParleyError
from parley.site.demo.fill import fill
from tests import make
from tests.moderation.modlog.replay import differences
from tests.restricting import title

pytestmark = pytest.mark.anyio

Deed = Callable[[], Awaitable[object]]
NEW_RULE = """
insert into rule (name, state, conditions, action, guideline, changed_at)
values ($1, 'on', '[]', $2, 'civility', now()) returning id
"""


class Forum(msgspec.Struct):
    """Three moderators and an admin who act at random, and the members whom they moderate."""

    dice: random.Random
    staff: list[Viewer]
    members: list[Viewer]
    threads: list[int]
    comments: list[int]
    rules: list[ActiveRule]

    async def pick(self, sql: str) -> int | None:
        found = await db.values(sql)
        return self.dice.choice(found) if found else None

    def viewer(self) -> Viewer:
        return self.dice.choice(self.staff)

    async def report(self) -> None:
        kind, target = self.dice.choice(
            [
                ("comment", self.dice.choice(self.comments)),
                ("member", self.dice.choice(self.members).id),
                ("article", self.dice.choice(self.threads)),
            ]
        )
        await reports.report(ReportInput(kind, target, "civility", "", self.dice.choice(self.members)))

    async def decide(self) -> None:
        item = await self.pick("select id from queue_item where state = 'open' order by id")
        version = await db.value("select version from queue_item where id = $1", item)
        action, days = (
            self.dice.choice([*ACTIONS, "silence", "suspend", "suspend"]),
            self.dice.choice([None, None, 1, 9]),
        )
        choice = Choice(item or 0, version or 0, action, "civility", f"Because {self.dice.random()}", days)
        await decisions.decide(self.viewer(), choice)

    async def undo(self) -> None:
        decision = await self.pick("select id from decision where moderator is not null order by id desc limit 3")
        by = await db.value("select moderator from decision where id = $1", decision)
        await undoing.undo(next((one for one in self.staff if one.id == by), self.viewer()), decision or 0)

    async def second(self) -> None:
        decision = await self.pick("select id from decision where state = 'awaiting' order by id") or 0
        agrees = self.dice.random() < 0.6
        await (
            second_approval.approve(self.viewer(), decision)
            if agrees
            else second_approval.reject(self.viewer(), decision, "No.")
        )

    async def appeal(self) -> None:
        await appeals.file(decision=await self.pick("select id from decision order by id") or 0, text="No.")

    async def answer(self) -> None:
        appeal = await self.pick("select id from appeal where state in ('filed', 'assigned') order by id") or 0
        of_appeal = "select d.{} from appeal a join decision d on d.id = a.decision where a.id = $1"
        kind, was = [await db.value(of_appeal.format(column), appeal) for column in ("kind", "action")]
        outcome = self.dice.choice(["upheld", "overturned", "modified"])
        action = self.dice.choice(milder(kind, was) or ("warn",))
        viewer = self.viewer()
        await appeals.decide(viewer, appeal, outcome=outcome, answer="So it is.", action=action, days=1)

    async def hold_thread(self) -> None:
        thread, action = self.dice.choice(self.threads), self.dice.choice(sorted(ON_THREAD))
        await thread_actions.act(self.viewer(), thread, action, "Why", await title(thread))

    async def match(self) -> None:
        rule = self.dice.choice(self.rules)
        if rule.action == "hold":
            comment = await make.comment(self.dice.choice(self.threads), self.dice.choice(self.members))
            await make.put_state("comment", comment, "pending")
            self.comments.append(comment)
        else:
            comment = self.dice.choice(self.comments)
        async with db.atomic():
            await acting.act(comment, Judged([Match(rule, "words")]))

    async def end(self) -> None:
        await db.execute(
            """update decision set until = now() where id = (
                 select id from decision where state = 'in_force' and until > now() order by id limit 1)"""
        )
        await jobs.end_sanctions()

    @property
    def deeds(self) -> list[Deed]:
        often = [self.report, self.decide, self.decide]
        return [
            *often,
            self.undo,
            self.second,
            self.second,
            self.appeal,
            self.answer,
            self.hold_thread,
            self.match,
            self.end,
        ]


async def forum(seed: int) -> Forum:
    members = [await make.member() for _ in range(4)]
    threads = [await make.thread() for _ in range(2)]
    written = [await make.comment(threads[place % 2], members[place % 4]) for place in range(8)]
    rules = [
        ActiveRule(
            await db.value(NEW_RULE, f"It {action}s", action), f"It {action}s", 1, "on", 1, action, "civility", ()
        )
        for action in ("hold", "collapse", "flag")
    ]
    staff = [await make.member(role=role) for role in ("moderator", "moderator", "moderator", "admin")]
    return Forum(random.Random(seed), staff, members, threads, written, rules)


ENTRIES = "select count(*) from mod_action"


@pytest.mark.committed
@pytest.mark.parametrize("seed", range(3))
async def test_any_day_of_moderation_can_be_played_again_from_the_record(app: Litestar, seed: int) -> None:
    place = await forum(seed)

    done: dict[str, int] = {}
    for _ in range(250):
        deed = place.dice.choice(place.deeds)
        before = await db.value(ENTRIES)
        with suppress(ParleyError):
            await deed()
        assert await db.value(ENTRIES) - before <= 1, deed
        name = deed.__name__  # type: ignore[attr-defined]
        done[name] = done.get(name, 0) + await db.value(ENTRIES) - before

    assert await differences() == []
    assert await replay.contradictions() == []
    assert (await modlog.verify()).broken is None
    assert done.pop("report") == 0
    # It is left to chance whether two agree and whether a sanction expires.
    done.pop("second", None)
    done.pop("end", None)
    assert min(done.values()) > 0, done


async def test_a_change_that_the_record_does_not_know_is_found(app: Litestar) -> None:
    place = await forum(0)
    assert await differences() == []

    await db.execute("update comment set state = 'removed' where id = $1", place.comments[0])
    await db.execute("update thread set slow = 60 where id = $1", place.threads[0])

    assert [one.partition(" is ")[0] for one in await differences()] == [
        f"comment {place.comments[0]}",
        f"thread {place.threads[0]}",
    ]


@pytest.mark.parametrize("deed", ["decide", "undo", "hold", "end", "appeal"])
async def test_what_is_rolled_back_leaves_no_entry(app: Litestar, deed: str) -> None:
    """The entry is written in the transaction of what it records."""
    place = await forum(0)
    moderator, author = place.staff[0], place.members[0]
    await reports.report(ReportInput("comment", place.comments[0], "civility", "", place.members[1]))
    item, version = await db.value("select id from queue_item"), 1
    silence = Choice(item, version, "silence", "civility", "Why", 3)
    made = await decisions.decide(moderator, silence) if deed != "decide" else 0
    deeds: dict[str, Deed] = {
        "decide": partial(decisions.decide, moderator, silence),
        "undo": partial(undoing.undo, moderator, made),
        "hold": partial(thread_actions.act, moderator, place.threads[0], "lock"),
        "end": partial(place.end),
        "appeal": partial(appeals.file, decision=made, text="No."),
    }
    entries, state = await db.value(ENTRIES), await db.value("select state from member where id = $1", author.id)

    with suppress(ZeroDivisionError):
        async with db.atomic():
            await deeds[deed]()
            assert await db.value(ENTRIES) == entries + 1
            raise ZeroDivisionError

    assert await db.value(ENTRIES) == entries
    assert await db.value("select state from member where id = $1", author.id) == state


@pytest.mark.slow
@pytest.mark.committed
async def test_the_demo_was_moderated_by_the_book(app: Litestar) -> None:
    await fill()

    assert (await modlog.verify()).broken is None
    assert await replay.contradictions() == []
    untold = [one for one in await differences() if "deleted_by_author" not in one]
    assert untold == []
    assert await db.value("select count(*) from queue_item where state = 'open'") == 7
    assert await db.value(
        "select bool_and(i.risk > 0) from queue_item i join report r on r.item = i.id where r.state = 'open'"
    )
    assert await db.value("select count(*) from mod_action where action = 'appeal'") == 2
    own = "select count(*) from second_look a join decision d on d.id = a.decision where a.moderator = d.moderator"
    assert await db.value("select count(*) from second_look") == 7 and await db.value(own) == 0
    removed = "select c.id from comment c where state in ('removed', 'rejected') and not exists ("
    unsaid = removed + "select from decision d where d.kind = 'comment' and d.target = c.id and d.reason <> '')"
    assert await db.values(unsaid) == []
    future = "select count(*) from {} where {} > now()"
    for table, column in (
        ("comment", "created_at"),
        ("report", "created_at"),
        ("mod_action", "at"),
        ("appeal", "created_at"),
        ("second_look", "created_at"),
    ):
        assert await db.value(future.format(table, column)) == 0, table
