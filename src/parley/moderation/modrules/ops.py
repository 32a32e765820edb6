"""Writing, changing, testing, switching and ordering rules, each with an entry in the record."""

from functools import partial

import msgspec

from parley.moderation.automod.tables import Rule
from parley.moderation.backtests.run import Result
from parley.moderation.backtests.tables import Backtest
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions import takedowns
from parley.moderation.decisions.removal_limit import ConfirmationNeeded
from parley.moderation.decisions.rules import Stale
from parley.moderation.matching import current
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modrules import rules
from parley.moderation.modrules.rules import STATES, RuleDraft
from parley.people.accounts import names
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import NotFound, Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.http.access import ADMIN
from parley.platform.text.messages import N_

INSERT_RULE = """
insert into rule (name, conditions, action, guideline, position, changed_by, changed_at)
values ($1, $2::jsonb, $3, $4, (select coalesce(max(position), 0) + 1 from rule), $5, now())
on conflict (name) do nothing returning id
"""
UPDATE_RULE = """
update rule set name = $2, conditions = $3::jsonb, action = $4, guideline = $5, version = $6, state = $7,
                slowest_bytes = case version when $6 then slowest_bytes else 0 end,
                slowest_seconds = case version when $6 then slowest_seconds else 0 end, changed_by = $8,
                changed_at = now()
where id = $1 and not exists (select from rule other where other.name = $2 and other.id <> $1)
"""
SAVE_VERSION = """
insert into rule_version (rule, version, conditions, action, changed_by, changed_at)
select id, version, conditions, action, changed_by, changed_at from rule where id = $1
"""
REQUEST_TEST = """
insert into backtest (rule, version, asked_by, created_at, changed_at)
select $1, $2, $3, now(), now()
where not exists (select from backtest where rule = $1 and version = $2 and state in ('waiting', 'running'))
"""
# The rule moves by one and a half positions, between its new neighbours; then all are numbered anew.
MOVE_RULES = """
update rule u set position = n.place
from (select id, row_number() over (order by place, id) as place
      from (select id, row_number() over (order by position, id) + case id when $1 then $2 else 0.0 end as place
            from rule) m) n
where n.id = u.id and u.position <> n.place
"""

SECOND = N_(
    "This opens the door to what the rules hold, so a second moderator or an admin has to do the same within a day. "
    "Nothing was changed; the record has your request."
)
CONFIRM = N_(
    "This opens the door to what the rules hold, and there is no other moderator to ask. Nothing was changed. If you "
    "are sure, type your name and press again."
)
STOPPED, SWITCHED_OFF = N_("All automatic rules were stopped"), N_("An automatic rule was switched off")
# A rule that is on, and held a comment this week.
HELD_LATELY = """
select exists(select from rule u join hit h on h.rule = u.id where u.id = $1 and u.state = 'on' and u.action = 'hold'
  and h.acted and h.created_at > now() - interval '7 days')
"""
WAS_PROPOSED = """
select exists(select from mod_action where kind = $1 and target = $2 and action = $3 and actor <> $4
  and at > now() - interval '1 day')
"""


class LockedRule(msgspec.Struct, frozen=True):
    id: int
    name: str
    version: int
    state: str
    action: str
    guideline: str
    conditions: str
    position: int


class FinishedTest(msgspec.Struct, frozen=True):
    id: int
    proposed_by: int | None
    result: str


UP, DOWN = -1.5, 1.5
TAKEN = N_("There is a rule of this name already. Please give it another one; what you typed is kept.")


async def create(viewer: Viewer, draft: RuleDraft) -> int:
    """Save a new rule, switched off, and return its id. Raises Refused where its name is taken."""
    async with db.atomic():
        rule: int | None = await db.value(
            INSERT_RULE, draft.name, draft.conditions_json, draft.action, draft.guideline, viewer.id
        )
        if rule is None:
            raise Refused(TAKEN)
        await db.execute(SAVE_VERSION, rule)
        await modlog.write(
            viewer, Entry("rule.new", "rule", rule, {}, _record_fields(draft, 1, "off"), draft.guideline)
        )
    return rule


async def change(viewer: Viewer, rule: int, version: int, draft: RuleDraft) -> None:
    """Change a rule. New conditions or a new action make a new version, in shadow at most until it is tested.

    Raises Stale where another moderator changed the rule since `version`, Refused where the new name is taken.
    """
    async with db.atomic():
        was = await _lock_rule(rule, version)
        conditions = msgspec.json.decode(was.conditions), msgspec.json.decode(draft.conditions_json)
        same = was.action == draft.action and conditions[0] == conditions[1]
        number = was.version if same else was.version + 1
        state = was.state if same or was.state == "off" else "shadow"
        values = (draft.name, draft.conditions_json, draft.action, draft.guideline, number, state, viewer.id)
        if not await db.execute(UPDATE_RULE, rule, *values):
            raise Refused(TAKEN)
        if not same:
            await db.execute(SAVE_VERSION, rule)
        before = {"name": was.name, "version": was.version, "state": was.state}
        entry = Entry("rule.change", "rule", rule, before, _record_fields(draft, number, state), draft.guideline)
        await modlog.write(viewer, entry)
        current.forget_after_commit()


async def test(viewer: Viewer, rule: int, version: int) -> None:
    """Request a back-test of a version, unless one is waiting or running."""
    async with db.atomic():
        await _lock_rule(rule, version)
        await db.execute(REQUEST_TEST, rule, version, viewer.id)
        db.after_commit(partial(wake_job, "backtests"))


async def switch(viewer: Viewer, rule: int, version: int, state: str, confirmed: str = "") -> str:
    """Switch a rule to `state` and return its state then, unchanged where a second moderator has to agree first.

    Raises Stale where another moderator changed the rule since `version`, Refused where it was not tested, and where it
    held comments this week and a second moderator or an admin has to agree to switching it off; ConfirmationNeeded
    where there is nobody else, and the name of the moderator is not `confirmed`.
    """
    if state not in STATES:
        raise Refused(N_("Please choose off, watching or on."))
    weighs = state != "on" and await db.value(HELD_LATELY, rule)
    is_alone = weighs and await _is_alone(viewer, "rule", rule, "rule.propose_off", confirmed)
    async with db.atomic():
        if is_alone:
            await takedowns.tell_admins(viewer, SWITCHED_OFF, f"/mod/rules/{rule}")
        was = await _lock_rule(rule, version)
        if state == was.state:
            return state
        if state == "on" and was.state != "shadow" and '"label"' in was.conditions:
            raise Refused(rules.WATCH_FIRST)
        if state == "on" and not await _has_agreement(viewer, was):
            return was.state
        await Rule.update({Rule.state: state, Rule.changed_by: viewer.id, Rule.changed_at: NOW}).where(Rule.id == rule)
        entry = Entry(f"rule.{state}", "rule", rule, {"state": was.state}, {"state": state}, was.guideline)
        await modlog.write(viewer, entry)
        current.forget_after_commit()
    return state


async def _has_agreement(viewer: Viewer, rule: LockedRule) -> bool:
    """Whether enough moderators agree to switch a rule on. The first one's proposal is saved."""
    of_version = Backtest.select().where(Backtest.rule == rule.id, Backtest.version == rule.version)
    done = of_version.where(Backtest.state == "done").order_by(Backtest.id, ascending=False)
    tested = await db.fetch_one(FinishedTest, done.limit(1))
    result = rules.require_tested(msgspec.json.decode(tested.result, type=Result) if tested else None)
    if tested is None or not rules.needs_two(rule.action, result) or await decisions.is_alone(viewer):
        return True
    if tested.proposed_by is None:
        await Backtest.update({Backtest.proposed_by: viewer.id}).where(Backtest.id == tested.id)
        await modlog.write(viewer, Entry("rule.propose", "rule", rule.id, {}, {"version": rule.version}))
    return tested.proposed_by not in (None, viewer.id)


async def move(viewer: Viewer, rule: int, *, up: bool) -> None:
    """Move a rule one position up or down."""
    async with db.atomic():
        was = await _lock_rule(rule)
        if await db.execute(MOVE_RULES, rule, UP if up else DOWN):
            moved = await Rule.select(Rule.position).where(Rule.id == rule).first()
            entry = Entry("rule.move", "rule", rule, {"position": was.position}, moved or {})
            await modlog.write(viewer, entry)
            current.forget_after_commit()


async def stop(viewer: Viewer, *, on: bool, confirmed: str = "") -> None:
    """Stop all rules at once (`on`), or start them again, each in its own state.

    An admin can stop them, or two moderators. Raises Refused where a second one has to agree first, ConfirmationNeeded
    as `switch` does.
    """
    is_alone = on and await _is_alone(viewer, "engine", 0, "stop.propose", confirmed)
    async with db.atomic():
        if is_alone:
            await takedowns.tell_admins(viewer, STOPPED, "/mod/rules")
        if await current.is_stopped() != on:
            await modlog.write(viewer, Entry("stop" if on else "start", "engine", 0))
            current.forget_after_commit()


async def _is_alone(viewer: Viewer, kind: str, target: int, action: str, confirmed: str) -> bool:
    """Whether nobody else can agree, and the moderator typed their name; ConfirmationNeeded where they did not.

    Records the proposal and raises Refused, unless an admin asks or another moderator did.
    """
    if await decisions.is_alone(viewer):
        if not names.same(confirmed, viewer.name):
            raise ConfirmationNeeded(CONFIRM)
        return True
    if viewer.access >= ADMIN or await db.value(WAS_PROPOSED, kind, target, action, viewer.id):
        return False
    async with db.atomic():
        await modlog.write(viewer, Entry(action, kind, target))
    raise Refused(SECOND)


async def _lock_rule(rule: int, version: int | None = None) -> LockedRule:
    """Lock a rule. Raises NotFound, and Stale where `version` is not its current one."""
    was = await db.fetch_one(LockedRule, Rule.select().where(Rule.id == rule).lock_rows())
    if was is None:
        raise NotFound
    if version is not None and version != was.version:
        raise Stale(N_("Another moderator has changed this rule in the meantime. This is the current state."))
    return was


def _record_fields(draft: RuleDraft, version: int, state: str) -> dict[str, object]:
    """A rule as the record shows it."""
    conditions = msgspec.to_builtins(draft.conditions)
    shown: dict[str, object] = {"name": draft.name, "version": version, "state": state, "action": draft.action}
    return shown | {"conditions": conditions}
