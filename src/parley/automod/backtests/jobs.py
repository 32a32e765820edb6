"""What the worker does for the rules: back-tests that were asked for, and measuring what the rules in force cost."""

from datetime import datetime

import msgspec
import structlog

from parley.automod.backtests import run
from parley.automod.backtests.costs import costliest
from parley.automod.rules import budget, current
from parley.automod.rules.evaluate import ActiveRule
from parley.core import db
from parley.core.events import attempts

log = structlog.get_logger(__name__)

# One that a worker left behind is taken up anew.
CLAIM = f"""
update backtest set state = 'running', done = 0, changed_at = clock_timestamp() where id = (
    select id from backtest
    where (state = 'waiting' or state = 'running' and changed_at < now() - interval '1 minute')
      and {attempts.due("backtests", "backtest.id")}
    order by id limit 1 for update skip locked)
returning id, rule, version, created_at
"""  # noqa: S608 constants only
RULE = """
select u.id, u.name, v.version, 'shadow' as state, u.position, v.action, u.guideline, v.conditions::text as conditions
from rule u join rule_version v on v.rule = u.id where u.id = $1 and v.version = $2
"""
FINISH = "update backtest set state = $2, result = $3::jsonb, changed_at = clock_timestamp() where id = $1"


class RequestedBacktest(msgspec.Struct, frozen=True):
    """A back-test that was asked for."""

    id: int
    rule: int
    version: int
    created_at: datetime


async def run_backtests() -> int:
    """Run every back-test that waits, and return how many there were."""
    count = 0
    while (wanted := await db.fetch_one(RequestedBacktest, CLAIM)) is not None:
        await attempts.each("backtests", [wanted], _run, key=lambda one: one.id, in_transaction=False)
        count += 1
    return count


async def _run(wanted: RequestedBacktest) -> None:
    """Run one; what goes wrong is said on its page and in the log."""
    try:
        result = await run.run(wanted.id, await _rule(wanted), wanted.created_at)
    except Exception:
        log.exception("back-test failed", backtest=wanted.id, rule=wanted.rule, version=wanted.version)
        await db.execute(FINISH, wanted.id, "failed", "{}")
    else:
        await db.execute(FINISH, wanted.id, "done", msgspec.json.encode(result).decode())


# Which versions of rules this process measured: another release may make them costlier.
_measured: set[tuple[int, int]] = set()


async def check_costs() -> int:
    """Measure each rule that is on or watching once in this process, and report one over its budget."""
    rules = [one for one in (await current.in_force()).rules if (one.id, one.version) not in _measured]
    return len(await attempts.each("rule costs", rules, _check_cost, key=lambda one: one.id))


async def _check_cost(rule: ActiveRule) -> None:
    worst = await costliest(rule)
    if worst.is_over:
        await budget.report(budget.Overrun(rule, worst.size, worst.seconds))
    _measured.add((rule.id, rule.version))


async def _rule(wanted: RequestedBacktest) -> ActiveRule:
    """The version of a rule that is wanted. Raises LookupError, or ValidationError for one we do not understand."""
    row = await db.fetch_one(current.CurrentRuleRow, RULE, wanted.rule, wanted.version)
    if row is None:
        raise LookupError("there is no such version")
    return current.rule_of(row)
