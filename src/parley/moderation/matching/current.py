"""The rules in force, the weights of the score, and which threads, members and topics need a closer look.

Each process reads them once a second.
"""

import msgspec
import structlog

from parley.discussion.slow_mode.heat import SELECT_ACTIVE_THREADS
from parley.moderation.matching import score
from parley.moderation.matching.conditions import AnyCondition
from parley.moderation.matching.evaluate import RECORD, ActiveRule, in_order
from parley.platform import db
from parley.platform.cache import MicroCache

log = structlog.get_logger(__name__)

CACHE_SECONDS = 1.0

SELECT_LAST_SWITCH = "select action from mod_action where kind = 'engine' and target = 0 order by id desc limit 1"
SELECT_RULES = f"""
select id, name, version, state, position, action, guideline, conditions::text as conditions
from rule where state in ('on', 'shadow') and 'stop' is distinct from ({SELECT_LAST_SWITCH}) order by position, id
"""  # noqa: S608 constants only
SELECT_LEARNED = "select coalesce(max(id), 0) from spam_training where weights is not null"
SELECT_DECIDED_MEMBERS = (
    "select member from decision where created_at > now() - interval '2 minutes' and member is not null"
)
SELECT_SWITCHES = """
select exists (select from raid where ended_at is null and until > now()) as has_raids,
       exists (select from topic where min_days > 0)
       or exists (select from decision where action = 'silence_topic' and state = 'in_force') as has_waits
"""


class CurrentRuleRow(msgspec.Struct, frozen=True):
    id: int
    name: str
    version: int
    state: str
    position: int
    action: str
    guideline: str
    conditions: str


class Switches(msgspec.Struct, frozen=True):
    """Whether raid mode is on anywhere, and whether any topic makes new members wait or silences a member."""

    has_raids: bool
    has_waits: bool


class InForce(msgspec.Struct, frozen=True):
    """The rules in their order, the threads that may be in slow mode, and the members whom a decision just affected."""

    rules: list[ActiveRule]
    active_threads: frozenset[int]
    decided_members: frozenset[int]


_cache = MicroCache[InForce]("rules", CACHE_SECONDS, most=1)
_switches = MicroCache[Switches]("switches", CACHE_SECONDS, most=1)


async def in_force() -> InForce:
    """What is in force, at most a second old."""
    return await _cache.get("now", _read_all)


async def switches() -> Switches:
    """What moderators have switched on, at most a second old."""
    return await _switches.get("now", _read_switches)


async def _read_switches() -> Switches:
    [row] = await db.fetch(Switches, SELECT_SWITCHES)
    return row


async def _read_all() -> InForce:
    rules = [rule for row in await db.fetch(CurrentRuleRow, SELECT_RULES) if (rule := _read(row)) is not None]
    active_threads = frozenset(await db.values(SELECT_ACTIVE_THREADS))
    await _read_weights()
    return InForce(in_order(rules), active_threads, frozenset(await db.values(SELECT_DECIDED_MEMBERS)))


async def _read_weights() -> None:
    newest = await db.value(SELECT_LEARNED)
    if newest != score.in_use().training:
        data = await db.value("select weights from spam_training where id = $1", newest)
        score.use(score.Weights.read(data, newest) if data else None)


async def is_stopped() -> bool:
    """Whether moderators have stopped all rules at once."""
    return bool(await db.value(SELECT_LAST_SWITCH) == "stop")


def forget() -> None:
    """Read everything anew on the next call: after a change of the rules, and between tests."""
    _cache.clear()
    _switches.clear()


def forget_after_commit() -> None:
    """Read everything anew after the commit, so that a decision or a switch counts at once."""

    async def hook() -> None:
        forget()

    db.after_commit(hook)


def rule_of(row: CurrentRuleRow) -> ActiveRule:
    """The rule of a row. Raises ValidationError for conditions that this version of Parley does not know."""
    conditions = msgspec.json.decode(row.conditions, type=tuple[AnyCondition, ...])
    # The record first: it rules out most rules for most authors, and costs nothing beside a look at the text.
    conditions = tuple(sorted(conditions, key=lambda condition: condition.needs != RECORD))
    return msgspec.convert(msgspec.structs.asdict(row) | {"conditions": conditions}, ActiveRule)


def _read(row: CurrentRuleRow) -> ActiveRule | None:
    """The rule of a row; None, with a log line, for conditions that this version of Parley does not know."""
    try:
        return rule_of(row)
    except msgspec.ValidationError:
        log.exception("rule with unknown conditions", rule=row.id, version=row.version)
        return None
