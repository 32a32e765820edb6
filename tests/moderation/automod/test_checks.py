"""Rules judge new comments: they hold, flag, collapse, slow and notify, and record what they did."""

from uuid import uuid4

import pytest
from litestar import Litestar

from parley.moderation.appeals import ops as appeals
from parley.moderation.automod import checks
from parley.moderation.matching import current
from parley.moderation.matching.conditions import Age, FirstComments, Links, Similar, WordList
from parley.moderation.modlog import ops as modlog
from parley.platform import db
from parley.platform.errors import TooMany
from tests import make
from tests.moderation.automod.rows import established, mailed, newcomer, put_rule, state_of
from tests.moderation.modqueue.reported import decided

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

RECORDED = "select action || ' ' || role from mod_action where kind = 'comment' and target = $1 order by id"
HITS = "select rule from hit where comment = $1 and acted order by id"
WATCHED = "select rule from hit where comment = $1 and not acted order by id"
ITEM = "select state from queue_item where kind = 'comment' and target = $1"


async def test_a_rule_holds_a_comment_until_a_person_has_read_it(app: Litestar) -> None:
    rule = await put_rule(Links(1), Age(7), action="hold")
    author, thread = await newcomer(), await make.thread()

    comment = await make.comment(thread, author, "Look at https://shop.example now.")

    assert await state_of(comment) == "pending"
    assert await db.values(HITS, comment) == [rule]
    assert await db.values(RECORDED, comment) == ["hold automatic"]
    assert await db.value(ITEM, comment) == "open"
    assert await mailed(author) == ["Your comment is waiting for a moderator"]
    assert await db.value("select matched from hit where comment = $1", comment) == "https://shop.example"


async def test_a_flag_asks_a_moderator_and_takes_nothing_away(app: Litestar) -> None:
    await put_rule(WordList(["fool"]))
    author = await make.member()

    comment = await make.comment(await make.thread(), author, "You fool!")

    assert await state_of(comment) == "visible"
    assert await db.value(ITEM, comment) == "open"
    assert await db.value("select risk > 0 from queue_item where target = $1", comment)
    assert await mailed(author) == []


async def test_a_collapse_is_a_decision_with_reasons_and_an_appeal(app: Litestar) -> None:
    rule = await put_rule(WordList(["fool"]), action="collapse")
    author = await make.member()

    comment = await make.comment(await make.thread(), author, "You fool!")

    assert await db.value("select collapsed from comment where id = $1", comment)
    assert await state_of(comment) == "visible"
    made = "select rule from decision where target = $1 and action = 'collapse' and moderator is null"
    assert await db.value(made, comment) == rule
    assert await mailed(author) == ["Your comment was collapsed"]
    assert "An automatic rule." in await db.value("select text from mail where kind like 'decision.%'")
    assert "fool" in await db.value("select reason from decision where target = $1", comment)


async def test_two_rules_collapse_a_comment_by_one_decision(app: Litestar) -> None:
    """Two would be two letters, and lower the author's trust level twice."""
    rules = [await put_rule(WordList(["fool"]), action="collapse") for _ in range(2)]
    author = await make.member()

    comment = await make.comment(await make.thread(), author, "You fool!")

    assert await db.values("select rule from decision where target = $1", comment) == rules[:1]
    assert len(await mailed(author)) == 1
    assert await db.values("select rule from hit where comment = $1 order by rule", comment) == rules


async def test_overturning_a_second_collapse_does_not_reveal_what_matched() -> None:
    await put_rule(WordList(["fool"]), action="collapse")
    comment = await make.comment(await make.thread(), await make.member(), "You fool!")
    collapsed = "select collapsed from comment where id = $1"
    of_the_rule = await db.value(collapsed, comment)
    item = await db.value("select id from queue_item where target = $1", comment)
    second = await decided(item, await make.member(role="moderator"), "collapse")
    appeal = await appeals.file(decision=second, text="It was a quotation.")

    await appeals.decide(await make.member(role="moderator"), appeal, outcome="overturned", answer="It was.")

    assert "fool" not in of_the_rule and await db.value(collapsed, comment) == of_the_rule


async def test_a_rule_that_slows_makes_members_wait_between_two_comments(app: Litestar) -> None:
    await put_rule(WordList(["fool"]), action="slow")
    author, thread = await make.member(), await make.thread()

    await make.comment(thread, author, "You fool!")
    current.forget()

    with pytest.raises(TooMany, match=r"this thread is heated\. You can post in 2 minutes\. Your text is kept\."):
        await make.comment(thread, author, "And another thing.")
    assert await make.comment(await make.thread(), author, "Elsewhere they may.")


async def test_a_rule_that_notifies_mails_the_staff_once_an_hour(app: Litestar) -> None:
    await put_rule(WordList(["bomb"]), action="notify")
    staff, thread = await make.member(role="moderator"), await make.thread()

    for words in ("A bomb.", "Another bomb."):
        await make.comment(thread, await make.member(), words)

    assert await mailed(staff) == ["A rule needs your attention"]
    assert await db.value("select count(*) from queue_item") == 2


async def test_a_rule_in_shadow_records_its_hit_and_does_nothing(app: Litestar) -> None:
    rule = await put_rule(WordList(["fool"]), action="hold", state="shadow")
    author = await make.member()

    comment = await make.comment(await make.thread(), author, "You fool!")

    assert await db.values(WATCHED, comment) == [rule]
    assert await db.values(HITS, comment) == []
    assert await state_of(comment) == "visible"
    assert await db.value(ITEM, comment) is None
    assert await db.values(RECORDED, comment) == []
    assert await mailed(author) == []


@pytest.mark.parametrize("action", ["hold", "flag", "collapse", "slow", "notify"])
async def test_no_rule_ever_removes_a_comment_or_touches_a_member(app: Litestar, action: str) -> None:
    for _ in range(3):
        await put_rule(FirstComments(100), action=action)
    author, thread = await newcomer(), await make.thread()

    comment = await make.comment(thread, author, "Words.")

    assert await state_of(comment) == ("pending" if action == "hold" else "visible")
    assert await db.value("select state from member where id = $1", author.id) == "active"
    assert (await modlog.verify()).broken is None


async def test_staff_is_not_judged(app: Litestar) -> None:
    await put_rule(WordList(["fool"]), action="hold")

    comment = await make.comment(await make.thread(), await make.member(role="moderator"), "You fool!")

    assert await state_of(comment) == "visible"


async def test_a_form_sent_twice_is_judged_once(app: Litestar) -> None:
    await put_rule(Similar(0.9), action="hold")
    author, thread, form = await make.member(), await make.thread(), uuid4()
    words = "What remains is the habit of asking a machine first, whatever it was about."

    first = await make.comment(thread, author, words, submission=form)
    again = await make.comment(thread, author, words, submission=form)

    assert first == again
    assert await state_of(first) == "visible"
    assert await state_of(await make.comment(thread, author, words)) == "pending"


async def test_the_cached_record_of_an_author_has_none_of_the_texts_it_was_compared_with(app: Litestar) -> None:
    """It had up to forty of them: with ten thousand members a gigabyte in each process."""
    await put_rule(Similar(to="anyone"))
    author = await established()
    checks.forget()

    await make.comment(await make.thread(), author, "Words like those of nobody else, and enough of them to compare.")

    cached = checks._established.get(author.id)
    assert cached is not None
    assert (cached.author.own, cached.author.others) == ([], [])
