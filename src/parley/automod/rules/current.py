"""The rules in force and the threads that are warm, read at most once a second by each process."""

import msgspec
import structlog

from parley.automod.rules.conditions import AnyCondition
from parley.automod.rules.evaluate import ActiveRule, ordered
from parley.automod.slow_mode import IS_QUICK, WINDOW
from parley.core import db
from parley.core.cache import MicroCache

log = structlog.get_logger(__name__)

BELIEVED_SECONDS = 1.0
# Quick retorts are looked for among the newest comments of all threads.
NEWEST = 1_000
QUICK_TO_BE_WARM = 2

LAST_SWITCH = "select action from mod_action where kind = 'engine' and target = 0 order by id desc limit 1"
RULES = f"""
select id, name, version, state, position, action, guideline, conditions::text as conditions
from rule where state in ('on', 'shadow') and 'stop' is distinct from ({LAST_SWITCH}) order by position, id
"""  # noqa: S608 constants only
# What makes a thread worth a look for slow mode; each part is found by an index and is empty in quiet times.
WARM = f"""
select id from thread where slow > 0
union select i.thread from report r join queue_item i on i.id = r.item
  where r.created_at > now() - interval '{WINDOW} seconds' and i.thread is not null
union select d.thread from decision d
  where d.created_at > now() - interval '{WINDOW} seconds' and d.kind = 'comment' and d.thread is not null
union select c.thread from rule u join hit h on h.rule = u.id join comment c on c.id = h.comment
  where u.action = 'slow' and h.acted and h.created_at > now() - interval '{WINDOW} seconds'
union (select c.thread from comment c join comment p on p.id = c.parent join comment g on g.id = p.parent
  where c.id > (select max(id) from comment) - {NEWEST} and c.created_at > now() - interval '{WINDOW} seconds'
    and {IS_QUICK} group by c.thread having count(*) >= {QUICK_TO_BE_WARM})
"""  # noqa: S608 no value in it
DECIDED = "select member from decision where created_at > now() - interval '2 minutes' and member is not null"


class CurrentRuleRow(msgspec.Struct, frozen=True):
    """A rule as the database has it."""

    id: int
    name: str
    version: int
    state: str
    position: int
    action: str
    guideline: str
    conditions: str


class InForce(msgspec.Struct, frozen=True):
    """What applies now: the rules in their order, the threads that are warm, whom a decision has just concerned."""

    rules: list[ActiveRule]
    warm: frozenset[int]
    decided: frozenset[int]


_kept = MicroCache[InForce]("rules", BELIEVED_SECONDS, most=1)


async def in_force() -> InForce:
    """What applies now, at most a second old."""
    return await _kept.get("now", _read_all)


async def _read_all() -> InForce:
    rules = [rule for row in await db.fetch(CurrentRuleRow, RULES) if (rule := _read(row)) is not None]
    warm, decided = frozenset(await db.values(WARM)), frozenset(await db.values(DECIDED))
    return InForce(ordered(rules), warm, decided)


async def is_stopped() -> bool:
    """Whether all rules are stopped at once, however each is set."""
    return bool(await db.value(LAST_SWITCH) == "stop")


def forget() -> None:
    """Read again at the next occasion: after a change of the rules, and between tests."""
    _kept.clear()


def forget_after_commit() -> None:
    """Read again once the open transaction is committed: a decision takes what its member may do at once."""

    async def hook() -> None:
        forget()

    db.after_commit(hook)


def rule_of(row: CurrentRuleRow) -> ActiveRule:
    """The rule of a row. Raises ValidationError for one that a version of Parley wrote which knew other conditions."""
    conditions = msgspec.json.decode(row.conditions, type=tuple[AnyCondition, ...])
    return msgspec.convert(msgspec.structs.asdict(row) | {"conditions": conditions}, ActiveRule)


def _read(row: CurrentRuleRow) -> ActiveRule | None:
    """The rule of a row; None for one that we do not understand."""
    try:
        return rule_of(row)
    except msgspec.ValidationError:
        log.exception("rule not understood", rule=row.id, version=row.version)
        return None
