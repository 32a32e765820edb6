"""After a training of the score, the rules that use it are tested again, and step back where they would hide much."""

import pytest
from litestar import Litestar

from parley.moderation.matching.conditions import SpamScore, WordList
from parley.moderation.modrules.jobs import retest
from parley.moderation.reports import ops as reports
from parley.moderation.reports.ops import ReportInput
from parley.platform import db
from tests import make
from tests.moderation.automod.rows import backtested, newcomer, put_rule
from tests.moderation.modqueue.reported import decided

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

TESTED = """
insert into backtest (rule, version, asked_by, state, result, created_at, changed_at)
values ($1, 1, $2, 'done', $3::jsonb, now() - interval '1 hour', now())
"""
RETESTED = "update backtest set state = 'done', result = $1::jsonb where asked_by is null"
TRAINED = "insert into spam_training (weights, spam, harmless, figures, created_at) values ('', 1, 1, '{}', now())"
RECORDED = "select action from mod_action where kind = 'rule' and target = $1 and actor is null"
STATE = "select state from rule where id = $1"


def hiding(hits: int, new: int = 0) -> str:
    """The result of a back-test that matched this many of 100 comments of a week, `new` of them for the first time."""
    return f'{{"week": 100, "week_hits": {hits}, "new_hits": {new}}}'


async def switched_on(hits: int = 0, *, action: str = "hold") -> int:
    """A rule that is on, and whose test matched this many of 100 comments."""
    rule, moderator = await put_rule(SpamScore(), action=action), await make.member(role="moderator")
    await db.execute(TESTED, rule, moderator.id, hiding(hits))
    return rule


async def test_a_training_asks_for_one_test(app: Litestar) -> None:
    rule = await switched_on()
    assert await retest() == 0

    await db.execute(TRAINED)

    assert [await retest(), await retest()] == [1, 0]
    assert await db.value("select count(*) from backtest where rule = $1 and asked_by is null", rule) == 1


@pytest.mark.parametrize(("before", "action", "state"), [(0, "hold", "shadow"), (2, "hold", "on"), (0, "flag", "on")])
async def test_what_hides_much_with_new_weights_only_watches(before: int, action: str, state: str) -> None:
    """Unless moderators agreed to that when they switched it on."""
    rule = await switched_on(before, action=action)
    await db.execute(TRAINED)
    await retest()
    await db.execute(RETESTED, hiding(2, new=2))

    assert await retest() == (state == "shadow")

    assert await db.value(STATE, rule) == state
    assert await db.values(RECORDED, rule) == (["rule.shadow"] if state == "shadow" else [])


async def test_a_wave_that_the_rule_holds_does_not_switch_it_off(app: Litestar) -> None:
    """A rule that stepped back because of many matches could be switched off by posting advertising."""
    rule = await switched_on()
    await db.execute(TRAINED)
    await retest()
    await db.execute(RETESTED, hiding(30))

    assert await retest() == 0

    assert await db.value(STATE, rule) == "on"


async def test_what_it_matched_before_or_was_restricted_is_not_new(app: Litestar) -> None:
    """Of four comments, the rule held one, a moderator removed one, another approved one, and nobody looked at one."""
    staff, thread = await make.member(role="moderator"), await make.thread()
    first, removed, approved, unseen = [await make.comment(thread, await newcomer(), "Buy this!") for _ in range(4)]
    rule = await put_rule(WordList(["buy"]), action="hold")
    await db.execute("insert into hit (rule, version, comment, created_at) values ($1, 1, $2, now())", rule, first)
    for comment, action in ((removed, "remove"), (approved, "approve")):
        await reports.report(ReportInput("comment", comment, "civility", "", await make.member()))
        item = await db.value("select id from queue_item where kind = 'comment' and target = $1", comment)
        await decided(item, staff, action)

    result = await backtested(rule)

    assert (result.week_hits, result.new_hits) == (4, 2)
    assert unseen in result.samples
