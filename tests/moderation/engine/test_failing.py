"""What the rules cost, and what happens when they cost too much, are stopped, or fail."""

import pytest
from litestar import Litestar

import make
from moderation.engine.rows import established, mailed, newcomer, put_rule, state_of
from parley.comments.ops import Draft
from parley.core import db
from parley.core.access import Viewer
from parley.moderation import record
from parley.moderation.engine import budget, checks, current
from parley.moderation.engine.conditions import Age, First, Heat, Links, Rate, Words
from parley.moderation.record import Entry

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

LINK = "Look at https://shop.example now."


async def concerned(author: Viewer, body: str = "Nothing special.") -> bool:
    """Whether the rules have to judge a comment."""
    return await checks.check(Draft(await make.thread(), author, body)) is not None


async def test_most_of_what_members_with_a_record_write_needs_no_judging(app: Litestar) -> None:
    await put_rule(Links(1), Age(7), action="hold")
    await put_rule(Words(["fool"]))
    await put_rule(Heat(3), action="slow")
    author = await established()

    assert not await concerned(author)
    assert not await concerned(author, LINK)
    assert await concerned(author, "You fool!")


async def test_whoever_is_not_known_to_have_a_record_is_judged(app: Litestar) -> None:
    assert await concerned(await newcomer())
    assert await concerned(await make.member())


async def test_a_rule_about_what_was_posted_before_is_always_asked(app: Litestar) -> None:
    await put_rule(Rate(3, 1))

    assert await concerned(await established())


async def test_after_a_decision_a_member_is_looked_up_again(app: Litestar) -> None:
    author = await established()
    await db.execute(
        "insert into decision (kind, target, action, member, state, created_at) "
        "values ('member', $1, 'warn', $1, 'in_force', now())",
        author.id,
    )
    current.forget()

    assert await concerned(author)


async def test_a_warm_thread_is_looked_at(app: Litestar) -> None:
    author, thread = await established(), await make.thread()
    await db.execute("update thread set slow = 60 where id = $1", thread)
    current.forget()

    assert await checks.check(Draft(thread, author, "Nothing special.")) is not None


async def test_a_rule_that_takes_too_long_three_times_switches_itself_off_and_says_so(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    rule = await put_rule(Words(["fool"]))
    staff, author, thread = await make.member(role="moderator"), await make.member(), await make.thread()

    for number in range(budget.STRIKES):
        assert await db.value("select state from rule where id = $1", rule) == "on", number
        await make.comment(thread, author, "Nothing special.")

    assert await db.value("select state from rule where id = $1", rule) == "off"
    assert "switched itself off" in await db.value("select alarm from rule where id = $1", rule)
    assert await mailed(staff) == ["A rule switched itself off"]
    assert await db.values("select action || ' ' || role from mod_action where kind = 'rule'") == ["rule.off automatic"]
    assert await state_of(await make.comment(thread, author, "You fool!")) == "visible"
    assert await db.value("select count(*) from hit") == 0


async def test_one_switch_stops_all_rules(app: Litestar) -> None:
    await put_rule(Links(1), action="hold")
    author, thread = await newcomer(), await make.thread()
    await record.write(None, Entry("stop", "engine", 0))
    current.forget()

    stopped = await make.comment(thread, author, LINK)
    await record.write(None, Entry("start", "engine", 0))
    current.forget()
    started = await make.comment(thread, author, LINK)

    assert [await state_of(stopped), await state_of(started)] == ["visible", "pending"]


async def test_when_the_rules_cannot_be_applied_only_newcomers_wait(
    app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, thread = await newcomer(), await make.thread()
    member = await established()
    await put_rule(First(100))
    monkeypatch.setattr(current, "ordered", lambda _: 1 / 0)

    held = await make.comment(thread, new, "Nothing special.")
    passed = await make.comment(thread, member, "Nothing special.")

    assert [await state_of(held), await state_of(passed)] == ["pending", "visible"]
    assert await db.value("select state from item where target = $1", held) == "open"
    assert "could not be applied" in await db.value("select reason from mod_action where target = $1", held)


async def test_a_rule_of_a_later_version_of_parley_is_left_alone(app: Litestar) -> None:
    strange = await put_rule(Words(["fool"]), action="hold")
    known = await put_rule(Words(["fool"]))
    await db.execute("""update rule set conditions = '[{"kind": "mood"}]' where id = $1""", strange)
    current.forget()

    comment = await make.comment(await make.thread(), await make.member(), "You fool!")

    assert await db.values("select rule from hit where comment = $1", comment) == [known]


async def test_two_rules_for_the_same_words_are_both_remembered(app: Litestar) -> None:
    first = await put_rule(First(5), action="hold", position=1)
    second = await put_rule(First(5), position=2)

    comment = await make.comment(await make.thread(), await newcomer(), "Nothing special.")

    assert await db.values("select rule from hit where comment = $1 order by id", comment) == [first, second]
