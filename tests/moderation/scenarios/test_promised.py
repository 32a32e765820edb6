"""Promises of docs/moderation-proofs.md that need a test of their own: I1 for every table, I13, I15, I19, I20."""

import re
from itertools import permutations

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.decisions.rules import Choice
from parley.moderation.modmembers import ops as modmembers
from parley.moderation.modqueue import bulk
from parley.moderation.reports import ops as reports
from parley.platform import db
from tests import make
from tests.moderation.modqueue.reported import decided, reported, version_of
from tests.moderation.scenarios.steps import STEPS

pytestmark = pytest.mark.anyio

OUTCOMES = ("upheld", "declined", "no_action")
ANSWERED = """
insert into report (item, reporter, guideline, state, outcome, created_at, resolved_at)
values ($1, $2, 'civility', 'resolved', $3, now(), now())
"""
# Everything that one decision leaves behind, except ids and times.
LEFT = """
select jsonb_build_array(
    c.state, c.collapsed, m.state, m.state_until is null, i.state, i.version, i.escalated, r.state, r.outcome, t.state,
    d.action, d.state, d.guideline, d.reason, d.moderator, d.until is null, d.before - 'until',
    (select jsonb_agg(jsonb_build_array(a.action, a.kind, a.before - 'until', a.after - 'until', a.reason, a.actor))
     from mod_action a where a.decision = d.id),
     (select jsonb_agg(l.subject order by l.id) from mail l
      where l.kind in ('decision.' || d.id, 'outcome.' || d.id)))::text
from queue_item i join comment c on c.id = i.target join member m on m.id = c.author join thread t on t.id = c.thread
join report r on r.item = i.id join decision d on d.item = i.id where i.id = $1
"""


async def a_row(table: str) -> int:
    """A comment, member, report or appeal."""
    decision = await decided(await reported(), await make.member(role="moderator"))
    await appeals.file(decision=decision, text="It was a quotation.")
    number: int = await db.value(f"select max(id) from {table}")
    return number


@pytest.mark.parametrize("table", STEPS)
async def test_the_database_refuses_every_step_that_is_not_listed(app: Litestar, table: str) -> None:
    listed, row = STEPS[table], await a_row(table)
    known = sorted({state for step in listed for state in step.split(">")})
    await db.execute("update report set outcome = null")
    taken = []

    for before, after in permutations(known, 2):
        await make.put_state(table, row, before)
        if await goes(table, row, after):
            taken.append(f"{before}>{after}")

    assert sorted(taken) == sorted(listed)


async def goes(table: str, row: int, state: str) -> bool:
    """Try to bring a row into another state; return whether the database allowed it."""
    try:
        async with db.atomic():
            await db.execute(f"update {table} set state = $2 where id = $1", row, state)
    except asyncpg.CheckViolationError:
        return False
    return True


async def test_who_was_warned_and_goes_on_reporting_in_vain_is_heard_and_weighs_nothing(app: Litestar) -> None:
    rita, mo = await make.member(), await make.member(role="moderator")
    item = await reports.open_item("member", (await make.member()).id, None)
    for _ in range(5):
        await db.execute(ANSWERED, item, rita.id, "declined")
    weights = [await db.value(reports.SELECT_WEIGHT, rita.id)]

    await modmembers.sanction(mo, rita.id, Choice(0, 0, "warn", "honesty", "Please report only what breaks a rule."))
    weights.append(await db.value(reports.SELECT_WEIGHT, rita.id))
    heard = await reported(by=rita)
    await db.execute(ANSWERED, item, rita.id, "upheld")
    weights.append(await db.value(reports.SELECT_WEIGHT, rita.id))

    assert float(weights[0]) == pytest.approx(2 / 7) and weights[1] == 0 and weights[2] > 0
    assert await db.value("select weight from report where item = $1", heard) == 0
    assert await db.value("select state from queue_item where id = $1", heard) == "open"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outcomes=st.lists(st.sampled_from(OUTCOMES), max_size=20))
async def test_no_declined_report_raises_what_the_next_one_weighs(app: Litestar, outcomes: list[str]) -> None:
    rita = await make.member()
    item = await reports.open_item("member", rita.id, None)
    weight = await db.value(reports.SELECT_WEIGHT, rita.id)
    assert weight == 1

    for outcome in [*outcomes, "declined"]:
        before = weight
        await db.execute(ANSWERED, item, rita.id, outcome)
        weight = await db.value(reports.SELECT_WEIGHT, rita.id)
        rises = {"upheld": weight > before, "declined": weight < before}
        assert rises.get(outcome, weight == before), (outcome, before, weight)


@pytest.mark.parametrize("action", ["approve", "remove", "collapse", "lock", "warn", "silence", "suspend", "escalate"])
async def test_many_at_once_are_decided_as_each_would_be_alone(app: Litestar, action: str) -> None:
    mo, alone, *together = await make.member(role="moderator"), *[await reported() for _ in range(3)]
    await decided(alone, mo, action, days=3)

    choices = [
        Choice(item, int(await version_of(item)), action, "civility", "It insults somebody.", 3) for item in together
    ]
    done = await bulk.decide(mo, choices, commit=True)

    assert [one.refusal for one in done] == [None, None]
    left = await db.value(LEFT, alone)
    assert left is not None and [await db.value(LEFT, item) for item in together] == [left] * 2


@pytest.mark.parametrize("sort", ["best", "new", "old", "controversial"])
async def test_a_restored_comment_stands_where_it_stood(client: httpx.AsyncClient, sort: str) -> None:
    thread, voters = await make.thread(), [await make.member() for _ in range(4)]
    rows = [await make.comment(thread, await make.member(), f"Number {number}.") for number in range(5)]
    for number, row in enumerate(rows):
        await make.comment(thread, voters[0], "An answer.", parent=row)
        for voter in voters[: (number * 3) % 5]:
            await make.vote(voter, row)
    await make.vote(voters[3], rows[2], value=-1)

    async def order() -> list[str]:
        page = await client.get(f"/t/{thread}/comments?sort={sort}")
        return re.findall(r'id="c(\d+)" data-parent|id="c\d+-score">(.*?)</', page.text)

    before = await order()
    item = await reports.open_item("comment", rows[2], thread)
    decision = await decided(item, await make.member(role="moderator"))
    appeal = await appeals.file(decision=decision, text="It was a quotation.")
    await appeals.decide(await make.member(role="moderator"), appeal, outcome="overturned", answer="So it was.")

    assert len(before) >= 10 and await order() == before
