"""What a rule may cost: two milliseconds of processor. One that takes more three times switches itself off."""

from collections import Counter
from collections.abc import Iterable
from time import thread_time

import structlog

from parley.core import db
from parley.moderation import record
from parley.moderation.engine import current
from parley.moderation.engine.evaluate import Hit, Rule, match
from parley.moderation.engine.post import Post
from parley.moderation.record import Entry

log = structlog.get_logger(__name__)

SECONDS = 0.002
STRIKES = 3
ALARM = "It took longer than two milliseconds three times, so it switched itself off. Make it simpler, then try again."

SWITCH_OFF = """
update rule set state = 'off', alarm = $3, changed_at = now() where id = $1 and version = $2 and state <> 'off'
"""

_strikes: Counter[tuple[int, int]] = Counter()


def evaluate_timed(rules: Iterable[Rule], post: Post) -> list[Hit]:
    """As `evaluate`, remembering the rules that take too long. Waiting is not counted, only work."""
    hits = []
    for rule in rules:
        started = thread_time()
        hit = match(rule, post)
        if thread_time() - started > SECONDS:
            _strikes[rule.id, rule.version] += 1
        if hit is not None:
            hits.append(hit)
    return hits


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
            await record.write(
                None, Entry("rule.off", "rule", rule.id, {"state": rule.state}, {"state": "off"}, None, ALARM)
            )
    _strikes.pop((rule.id, rule.version), None)
    current.forget()
