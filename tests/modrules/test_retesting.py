"""After a training of the score, the rules that use it are tested again, and step back where they would hide much."""

import pytest
from litestar import Litestar

import make
from automod.rows import put_rule
from parley.core import db
from parley.matching.conditions import SpamScore
from parley.modrules.retesting import retest

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("app")]

TESTED = """
insert into backtest (rule, version, asked_by, state, result, created_at, changed_at)
values ($1, 1, $2, 'done', $3::jsonb, now() - interval '1 hour', now())
"""
RETESTED = "update backtest set state = 'done', result = $1::jsonb where asked_by is null"
TRAINED = "insert into spam_training (weights, spam, harmless, figures, created_at) values ('', 1, 1, '{}', now())"
RECORDED = "select action from mod_action where kind = 'rule' and target = $1 and actor is null"
STATE = "select state from rule where id = $1"


def hiding(hits: int) -> str:
    """The result of a back-test that matched so many of 100 comments of a week."""
    return f'{{"week": 100, "week_hits": {hits}}}'


async def switched_on(hits: int = 0, *, action: str = "hold") -> int:
    """A rule that is on, and whose test matched so many of 100 comments."""
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
    await db.execute(RETESTED, hiding(2))

    assert await retest() == (state == "shadow")

    assert await db.value(STATE, rule) == state
    assert await db.values(RECORDED, rule) == (["rule.shadow"] if state == "shadow" else [])
