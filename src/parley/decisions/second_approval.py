"""What takes two: a decision that one moderator proposed comes into force when another agrees (trust.md R11)."""

import msgspec

from parley.core import db
from parley.core.errors import Forbidden, Refused
from parley.core.http.access import ADMIN, Viewer
from parley.decisions import effects, letters, ops, rules
from parley.decisions.ops import DecisionRow
from parley.decisions.rules import Choice, Stale
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import targets
from parley.reports.targets import Target

# In the order of their numbers, so that two who change roles at once wait for each other.
LOCK_ADMINS = "select id from member where role = 'admin' or id = $1 order by id for no key update"
STILL_MAY = """
select role = 'admin' or role = 'moderator' and not $2 from member where id = $1 and state = 'active'
"""
AGREE = "update decision set state = 'in_force', second = $2, before = $3::jsonb where id = $1"
REFUSE = "update decision set state = 'refused', second = $2, ended_at = now() where id = $1"


async def agree(viewer: Viewer, decision: int) -> None:
    """Put into force what another moderator proposed; whether both may is asked now.

    Raises Forbidden for whoever has a part in it, Stale when it does not wait any more.
    """
    async with db.atomic():
        made, target = await _waiting(viewer, decision)
        admins_only = made.action == "role" or target.role != "member"
        if not await db.value(STILL_MAY, made.moderator, admins_only):
            raise Refused(
                "The moderator who proposed this can no longer decide it. Reject it, and make a new decision."
            )
        choice = Choice(0, 0, made.action, None, made.reason, None, made.role)
        before, after = await effects.apply(target, choice, viewer.id)
        await db.execute(AGREE, decision, viewer.id, msgspec.json.encode(before).decode())
        if made.item is not None:
            await ops.close(made.item, "upheld")
        await letters.tell(decision)
        await modlog.write(viewer, Entry("second", made.kind, made.target, before, after, decision=decision))


async def refuse(viewer: Viewer, decision: int, reason: str) -> None:
    """Leave things as they are; the item it came from, if any, waits for another decision."""
    if not reason.strip():
        raise Refused("Please give a reason for the moderator who proposed it.")
    async with db.atomic():
        made, _ = await _waiting(viewer, decision)
        await db.execute(REFUSE, decision, viewer.id)
        await modlog.write(viewer, Entry("refuse", made.kind, made.target, reason=reason, decision=decision))


async def _waiting(viewer: Viewer, decision: int) -> tuple[DecisionRow, Target]:
    """The decision and its target, locked, when it waits for this moderator among others."""
    made = await ops.found(decision)
    if made.action == "role":
        await db.values(LOCK_ADMINS, made.target)
    target = await targets.lock(made.kind, made.target)
    made = await ops.found(decision, lock=True)
    may_second(viewer, made, target, await ops.reporters(made.item, ever=True))
    return made, target


def may_second(viewer: Viewer, made: DecisionRow, target: Target, reporters: set[int]) -> None:
    """Raise Stale when nothing waits, Forbidden for whoever proposed it, is concerned, or may not decide it."""
    rules.may_decide(viewer, target.member, reporters)
    rules.may_act_on(viewer, target.role)
    if made.action == "role" and viewer.standing < ADMIN:
        raise Forbidden("Only admins decide about roles.")
    if viewer.id == made.moderator:
        raise Forbidden("You proposed this yourself: another moderator has to approve it.")
    if made.state != "awaiting":
        raise Stale("This no longer waits for a second moderator.")
