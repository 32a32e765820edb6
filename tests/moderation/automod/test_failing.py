"""What the rules cost, and what happens when they cost too much, are stopped, or fail."""

from random import Random
from unittest.mock import patch

import asyncpg
import pytest
from litestar import Litestar

from parley.discussion.commenting import editing
from parley.discussion.commenting.drafts import Draft
from parley.moderation.automod import checks
from parley.moderation.matching import budget, current, facts
from parley.moderation.matching.conditions import (
    Age,
    FirstComments,
    Heat,
    Links,
    NearCopies,
    Pattern,
    Rate,
    Similar,
    WordList,
)
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Refused
from parley.platform.observability import metrics
from tests import make
from tests.moderation.automod.rows import established, mailed, newcomer, put_rule, state_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

LINK = "Look at https://shop.example now."
# RE2 cannot keep all states of this pattern in memory and falls back on its slow engine.
EXPENSIVE = "[ab]*a[ab]{400}c"


@pytest.fixture
def expensive() -> str:
    """A text on which the pattern takes several times its budget."""
    return "".join(Random(1).choices("ab", k=9_800))


def counted() -> float:
    return metrics.RULES_OVER_BUDGET._value.get()


async def concerned(author: Viewer, body: str = "Nothing special.") -> bool:
    """Whether the rules have to judge a comment."""
    with patch.object(checks, "_judge", wraps=checks._judge) as judge:
        await checks.check(Draft(await make.thread(), author, body))
    return judge.await_count > 0


async def test_most_comments_by_established_members_need_no_judging(app: Litestar) -> None:
    await put_rule(Links(1), Age(7), action="hold")
    await put_rule(WordList(["fool"]))
    await put_rule(Heat(3), action="slow")
    author = await established()

    assert not await concerned(author)
    assert not await concerned(author, LINK)
    assert await concerned(author, "You fool!")


async def test_a_member_without_a_known_record_is_judged(app: Litestar) -> None:
    assert await concerned(await newcomer())
    assert await concerned(await make.member())


async def test_a_rule_about_earlier_posts_is_always_evaluated(app: Litestar) -> None:
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


async def test_comments_in_an_active_thread_are_judged(app: Litestar) -> None:
    author, thread = await established(), await make.thread()
    await db.execute("update thread set slow = 60 where id = $1", thread)
    current.forget()

    assert await checks.check(Draft(thread, author, "Nothing special.")) is not None


async def test_in_a_warm_thread_only_the_rules_that_may_match_read_earlier_posts(app: Litestar) -> None:
    await put_rule(NearCopies(), FirstComments(20))
    author, thread = await established(), await make.thread()
    await db.execute("update thread set slow = 60 where id = $1", thread)
    current.forget()

    with patch.object(facts, "earlier_posts", wraps=facts.earlier_posts) as earlier:
        await checks.check(Draft(thread, author, "Nothing special about it, and of a length to compare."))
        assert earlier.await_count == 0
        await checks.check(Draft(thread, await newcomer(), "Nothing special about it, and of a length to compare."))
        assert earlier.await_count == 1


async def test_the_authors_record_is_checked_before_the_text(app: Litestar) -> None:
    await put_rule(WordList(["fool"]), Age(7), FirstComments(3))

    [rule] = (await current.in_force()).rules

    assert [type(one) for one in rule.conditions] == [Age, FirstComments, WordList]


async def test_a_post_on_which_a_rule_goes_over_its_budget_waits_and_the_rule_stays_on(
    app: Litestar, expensive: str
) -> None:
    rule = await put_rule(Pattern(EXPENSIVE))
    staff, author, thread = await make.member(role="moderator"), await make.member(), await make.thread()
    before = counted()

    held = [await make.comment(thread, author, expensive) for _ in range(4)]

    assert {await state_of(one) for one in held} == {"pending"}
    assert (
        await db.values("select state from queue_item where kind = 'comment' and target = any($1)", held)
        == ["open"] * 4
    )
    assert await db.value("select state from rule where id = $1", rule) == "on"
    assert await mailed(staff) == ["A rule takes too long"]
    assert await mailed(author) == ["Your comment is waiting for a moderator"] * 4
    assert await db.value("select slowest_bytes from rule where id = $1", rule) == len(expensive)
    assert await db.value("select slowest_seconds > 0.02 from rule where id = $1", rule)
    assert "took too long" in await db.value("select reason from mod_action where target = $1", held[0])
    assert counted() - before >= 4
    assert await state_of(await make.comment(thread, author, "Nothing special.")) == "visible"


async def test_a_report_that_fails_lets_nothing_in(
    app: Litestar, expensive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_: object, **__: object) -> None:
        raise asyncpg.LockNotAvailableError

    monkeypatch.setattr(budget.staff_mail, "send", locked)
    await put_rule(Pattern(EXPENSIVE), action="hold")

    comment = await make.comment(await make.thread(), await established(), expensive)

    assert await state_of(comment) == "pending"


async def test_the_texts_of_others_are_not_kept_with_a_member(app: Litestar) -> None:
    await put_rule(Similar(0.9, to="anyone"))
    author = await established()

    await make.comment(await make.thread(), author, "A long thought about something else.")

    (kept,) = [one.author for one in checks._established._kept.values()]
    assert kept.comments and (kept.own, kept.others) == ([], [])


async def test_a_rule_in_shadow_over_its_budget_holds_nothing_and_is_reported(app: Litestar, expensive: str) -> None:
    rule = await put_rule(Pattern(EXPENSIVE), state="shadow")

    comment = await make.comment(await make.thread(), await make.member(), expensive)

    assert await state_of(comment) == "visible"
    assert await db.value("select slowest_seconds > 0.02 and state = 'shadow' from rule where id = $1", rule)


async def test_of_two_expensive_texts_the_costlier_for_its_size_is_shown(app: Litestar) -> None:
    number = await put_rule(WordList(["fool"]))
    rule = next(one for one in (await current.in_force()).rules if one.id == number)

    for size, seconds in ((5_000, 0.02), (10_000, 0.03), (1_000, 0.01), (10, 0.005)):
        await budget.report(budget.Overrun(rule, size, seconds))

    assert await db.value("select slowest_bytes from rule where id = $1", number) == 1_000


async def test_a_member_with_a_record_cannot_get_an_expensive_text_past_the_rules(
    app: Litestar, expensive: str
) -> None:
    await put_rule(Pattern(EXPENSIVE))
    author, thread = await established(), await make.thread()

    assert await concerned(author, expensive)
    assert await state_of(await make.comment(thread, author, expensive)) == "pending"


async def test_an_expensive_text_cannot_be_written_in_later(app: Litestar, expensive: str) -> None:
    await put_rule(Pattern(EXPENSIVE))
    author = await make.member()
    comment = await make.comment(await make.thread(), author, "Nothing special.")

    with pytest.raises(Refused, match="Your text is kept"):
        await editing.edit_comment(viewer=author, comment_id=comment, body=expensive, stance=None)


async def test_one_switch_stops_all_rules(app: Litestar) -> None:
    await put_rule(Links(1), action="hold")
    author, thread = await newcomer(), await make.thread()
    await modlog.write(None, Entry("stop", "engine", 0))
    current.forget()

    stopped = await make.comment(thread, author, LINK)
    await modlog.write(None, Entry("start", "engine", 0))
    current.forget()
    started = await make.comment(thread, author, LINK)

    assert [await state_of(stopped), await state_of(started)] == ["visible", "pending"]


async def test_when_the_rules_fail_only_newcomers_wait(app: Litestar, monkeypatch: pytest.MonkeyPatch) -> None:
    new, thread = await newcomer(), await make.thread()
    member = await established()
    await put_rule(FirstComments(100))
    monkeypatch.setattr(current, "in_order", lambda _: 1 / 0)

    held = await make.comment(thread, new, "Nothing special.")
    passed = await make.comment(thread, member, "Nothing special.")

    assert [await state_of(held), await state_of(passed)] == ["pending", "visible"]
    assert await db.value("select state from queue_item where target = $1", held) == "open"
    assert "could not run" in await db.value("select reason from mod_action where target = $1", held)


async def test_a_rule_of_a_later_version_of_parley_is_ignored(app: Litestar) -> None:
    strange = await put_rule(WordList(["fool"]), action="hold")
    known = await put_rule(WordList(["fool"]))
    await db.execute("""update rule set conditions = '[{"kind": "mood"}]' where id = $1""", strange)
    current.forget()

    comment = await make.comment(await make.thread(), await make.member(), "You fool!")

    assert await db.values("select rule from hit where comment = $1", comment) == [known]


async def test_two_rules_for_the_same_words_are_both_remembered(app: Litestar) -> None:
    first = await put_rule(FirstComments(5), action="hold", position=1)
    second = await put_rule(FirstComments(5), position=2)

    comment = await make.comment(await make.thread(), await newcomer(), "Nothing special.")

    assert await db.values("select rule from hit where comment = $1 order by id", comment) == [first, second]
