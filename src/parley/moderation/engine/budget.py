"""What a rule may cost: two milliseconds of processor. One that takes more three times switches itself off."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import perf_counter, thread_time
from typing import TypeVar

import structlog

from parley.core import db
from parley.core.settings import settings
from parley.moderation import record
from parley.moderation.engine import current, staff
from parley.moderation.engine.evaluate import Hit, Rule, can_match, match
from parley.moderation.engine.post import Post
from parley.moderation.record import Entry

log = structlog.get_logger(__name__)

SECONDS = 0.002
STRIKES = 3
ALARM = "It took longer than two milliseconds three times, so it switched itself off. Make it simpler, then try again."

SWITCH_OFF = """
update rule set state = 'off', alarm = $3, changed_at = now() where id = $1 and version = $2 and state <> 'off'
"""

Result = TypeVar("Result")

_strikes: Counter[tuple[int, int]] = Counter()


def evaluate_timed(rules: Iterable[Rule], post: Post) -> list[Hit]:
    """As `evaluate`, remembering the rules that take too long. Waiting is not counted, only work."""
    return [hit for rule in rules if (hit := _timed(rule, partial(match, rule, post))) is not None]


async def hits(rules: Sequence[Rule], post: Post) -> list[Hit]:
    """The hits on a post; a rule that has used up its chances is switched off after this."""
    found = evaluate_timed(rules, post)
    for rule in exhausted(rules):
        await switch_off(rule)
    return found


def may_match(rules: Iterable[Rule], post: Post, known: frozenset[str]) -> bool:
    """Whether any rule may match a post of which only the text and the `known` facts are filled in."""
    return any(_timed(rule, partial(can_match, rule, post, known)) for rule in rules)


def _timed(rule: Rule, work: Callable[[], Result]) -> Result:
    """Do `work`. Where it seems slow, do it once more by the processor's clock, which costs too much to ask always."""
    started = perf_counter()
    result = work()
    if perf_counter() - started > SECONDS and _cost(work) > SECONDS:
        _strikes[rule.id, rule.version] += 1
    return result


def _cost(work: Callable[[], object]) -> float:
    """Seconds of processor that `work` takes. Waiting for the processor is not the rule's fault."""
    started = thread_time()
    work()
    return thread_time() - started


def exhausted(rules: Iterable[Rule]) -> list[Rule]:
    """The rules that have used up their chances in this process."""
    if not _strikes:
        return []
    return [rule for rule in rules if _strikes[rule.id, rule.version] >= STRIKES]


async def switch_off(rule: Rule) -> None:
    """Switch a rule off that takes too long, with an alarm for whoever looks after the rules."""
    async with db.atomic():
        if await db.execute(SWITCH_OFF, rule.id, rule.version, ALARM):
            log.error("rule switched off", rule=rule.id, name=rule.name, version=rule.version)
            link = f"{settings().base_url}/mod/rules/{rule.id}"
            await staff.tell(f"alarm.{rule.id}", "alarm", reason=f"The rule “{rule.name}” is off. {ALARM}", link=link)
            await record.write(
                None, Entry("rule.off", "rule", rule.id, {"state": rule.state}, {"state": "off"}, None, ALARM)
            )
    _strikes.pop((rule.id, rule.version), None)
    current.forget()
