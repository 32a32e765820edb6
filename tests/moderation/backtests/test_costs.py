"""A rule that takes too long on some text is found by its back-test, before it is switched on."""

from collections.abc import Sequence

import httpx
import msgspec
import pytest

from parley.moderation.backtests import costs, jobs
from parley.moderation.backtests.costs import Cost
from parley.moderation.backtests.run import Result
from parley.moderation.matching.conditions import Pattern, WordList
from parley.moderation.matching.evaluate import ActiveRule
from parley.moderation.modrules import rules
from parley.platform import db
from parley.platform.errors import Refused
from tests import make
from tests.moderation.automod.rows import backtested, mailed, put_rule

OVER = Result(costliest=Cost(10_000, 0.05, made=True))


def test_a_rule_over_its_budget_is_not_switched_on() -> None:
    with pytest.raises(Refused, match="too long on some texts"):
        rules.require_tested(OVER)


def test_a_short_text_counts_as_one_of_a_kilobyte() -> None:
    assert not Cost(10, 0.001).exceeds_budget
    assert Cost(10, 0.003).exceeds_budget
    assert not Cost(10_000, 0.019).exceeds_budget


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


@pytest.mark.anyio
@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("state", ["on", "shadow"])
async def test_a_rule_in_force_over_its_budget_is_reported_once_in_a_process(
    monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    moderator = await make.member(role="moderator")
    rule = await put_rule(WordList(["fool"]), state=state)
    monkeypatch.setattr(jobs, "_measured", set())
    monkeypatch.setattr(costs, "cost", lambda _: 1.0)

    assert await jobs.check_costs() == 1
    assert await jobs.check_costs() == 0

    assert await mailed(moderator) == ["A rule takes too long"]
    assert await db.value("select slowest_seconds from rule where id = $1", rule) == 1.0
    assert await db.value("select state from rule where id = $1", rule) == state


@pytest.mark.anyio
@pytest.mark.usefixtures("app")
async def test_rules_within_their_budget_are_not_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    moderator = await make.member(role="moderator")
    rule = await put_rule(WordList(["fool"]))
    await put_rule(WordList(["idiot"]), state="off")
    monkeypatch.setattr(jobs, "_measured", set())

    assert await jobs.check_costs() == 1

    assert await mailed(moderator) == []
    assert await db.value("select slowest_bytes from rule where id = $1", rule) == 0


@pytest.mark.anyio
@pytest.mark.usefixtures("app")
async def test_a_rule_that_cannot_be_measured_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = [await put_rule(WordList(["fool"])) for _ in range(2)]

    async def failing(rule: ActiveRule, bodies: Sequence[str]) -> Cost:
        if rule.id == bad:
            raise ValueError("poison")
        return Cost()

    monkeypatch.setattr(jobs, "_measured", set())
    monkeypatch.setattr(jobs, "costliest", failing)

    assert await jobs.check_costs() == 1

    assert jobs._measured == {(good, 1)}
    assert await db.values("select item from job_failure where job = 'rule costs'") == [str(bad)]
