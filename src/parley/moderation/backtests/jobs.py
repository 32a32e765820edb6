"""The worker's jobs: running requested back-tests, and measuring the cost of the rules in force."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec
import structlog

from parley.moderation.backtests import run
from parley.moderation.backtests.costs import costliest, longest_comments
from parley.moderation.backtests.tables import Backtest
from parley.moderation.matching import budget, current
from parley.moderation.matching.evaluate import ActiveRule
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.events import attempts

log = structlog.get_logger(__name__)

# A run without progress for a minute lost its worker and starts again.
SELECT_DUE = f"""
select id from backtest
where (state = 'waiting' or state = 'running' and changed_at < now() - interval '1 minute')
  and {attempts.due("backtests", "backtest.id")}
"""  # noqa: S608 constants only
CLAIM_BACKTEST = f"""
update backtest set state = 'running', done = 0, changed_at = clock_timestamp()
where id = ({SELECT_DUE} order by id limit 1 for update skip locked)
returning id, rule, version, created_at
"""  # noqa: S608 constants only
SELECT_RULE = """
select u.id, u.name, v.version, 'shadow' as state, u.position, v.action, u.guideline, v.conditions::text as conditions
from rule u join rule_version v on v.rule = u.id where u.id = $1 and v.version = $2
"""


class RequestedBacktest(msgspec.Struct, frozen=True):
    id: int
    rule: int
    version: int
    created_at: datetime


async def run_backtests() -> int:
    """Run all waiting back-tests, and return their number."""
    return await attempts.each_claimed("backtests", lambda: db.fetch_one(RequestedBacktest, CLAIM_BACKTEST), _run)


async def _run(request: RequestedBacktest) -> None:
    """Run one back-test. An error is logged, and its page shows that it failed."""
    try:
        result = await run.run(request.id, await _rule(request), request.created_at)
    except Exception:
        log.exception("back-test failed", backtest=request.id, rule=request.rule, version=request.version)
        await _finish(request.id, "failed", "{}")
    else:
        await _finish(request.id, "done", msgspec.json.encode(result).decode())


async def _finish(number: int, state: str, result: str) -> None:
    await Backtest.update({Backtest.state: state, Backtest.result: result, Backtest.changed_at: NOW}).where(
        Backtest.id == number
    )


# (rule, version) pairs that this process has measured. Kept in memory, since another release may change the cost.
_measured: set[tuple[int, int]] = set()


async def check_costs() -> int:
    """Measure each rule in force once per process, and report those that exceed their budget."""
    rules = [rule for rule in (await current.in_force()).rules if (rule.id, rule.version) not in _measured]
    check = partial(_check_cost, await longest_comments() if rules else ())
    return len(await attempts.each("rule costs", rules, check, key=lambda rule: rule.id))


async def _check_cost(longest: Sequence[str], rule: ActiveRule) -> None:
    worst = await costliest(rule, longest)
    if worst.exceeds_budget:
        await budget.report(budget.Overrun(rule, worst.size, worst.seconds))
    _measured.add((rule.id, rule.version))


async def _rule(request: RequestedBacktest) -> ActiveRule:
    """The version of a rule that is requested. Raises LookupError, or ValidationError for one we do not understand."""
    row = await db.fetch_one(current.CurrentRuleRow, SELECT_RULE, request.rule, request.version)
    if row is None:
        raise LookupError(f"rule {request.rule} has no version {request.version}")
    return current.rule_of(row)
