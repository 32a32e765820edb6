"""A rule that takes too long on some text is found by its back-test, before it is switched on."""

import httpx
import msgspec
import pytest

import make
from automod.rows import backtested, put_rule
from parley.automod.backtests.costs import Cost
from parley.automod.backtests.run import Result
from parley.automod.rules import limits
from parley.automod.rules.conditions import Pattern, WordList
from parley.core import db
from parley.core.errors import Refused

OVER = Result(costliest=Cost(10_000, 0.05, made=True))


def test_a_rule_over_its_budget_is_not_switched_on() -> None:
    with pytest.raises(Refused, match="too long on some texts"):
        limits.may_switch_on(OVER)


def test_a_short_text_counts_as_one_of_a_kilobyte() -> None:
    assert not Cost(10, 0.001).is_over
    assert Cost(10, 0.003).is_over
    assert not Cost(10_000, 0.019).is_over


@pytest.mark.parametrize("asks", [WordList(["fool", "idiot"]), Pattern(r"\bcheap\s+(?:shoes|watches)\b")])
@pytest.mark.anyio
@pytest.mark.usefixtures("app")
async def test_usual_rules_stay_far_below_their_budget(asks: WordList | Pattern) -> None:
    result = await backtested(await put_rule(asks, state="off"))

    assert 0 < result.costliest.per_kb < 0.001


@pytest.mark.anyio
@pytest.mark.usefixtures("app")
async def test_the_page_of_a_rule_says_the_cost_for_each_kilobyte(client: httpx.AsyncClient) -> None:
    await make.sign_in(client, await make.member(role="moderator"))
    rule = await put_rule(WordList(["fool"]), state="off")
    await backtested(rule)
    await db.execute("update backtest set result = $2::jsonb where rule = $1", rule, msgspec.json.encode(OVER).decode())

    page = await client.get(f"/mod/rules/{rule}")

    assert "<b>5.00</b> ms per kB at most" in page.text
    assert "made from its patterns, 10.0 kB" in page.text
