"""Second approval: what one moderator proposed comes into force when another agrees (moderation-proofs.md R11)."""

from collections.abc import Sequence

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.decisions import effects, letters, ops, rules
from parley.moderation.decisions.rows import DecisionRow, load, reporters
from parley.moderation.decisions.rules import Stale
from parley.moderation.decisions.tables import Decision
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.reports import targets
from parley.moderation.reports.targets import Target
from parley.people.accounts.tables import Member
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, ParleyError, Refused
from parley.platform.http.access import ADMIN
from parley.platform.text.messages import N_

PROPOSER_MAY_DECIDE = f"""
select m.role = 'admin' or not $2 and {rooms.moderates(rooms.THREAD_OF_DECISION)}
from member m cross join decision d where m.id = $1 and m.state = 'active' and d.id = $3
"""  # noqa: S608 constants only


async def approve(viewer: Viewer, decision: int) -> None:
    """Approve another moderator's proposal and carry it out. The permissions of both are checked now.

    Raises Forbidden for moderators with a part in it, Stale when it no longer waits, Refused where its proposer may no
    longer decide it.
    """
    async with db.atomic():
        made, target = await _lock_proposal(viewer, decision)
        admins_only = made.action == "role" or (made.kind == "member" and target.role != "member")
        if not await db.value(PROPOSER_MAY_DECIDE, made.moderator, admins_only, made.id):
            raise Refused(
                N_("The moderator who proposed this can no longer decide it. Reject it, and make a new decision.")
            )
        before, after = await effects.apply(target, made.choice, viewer.id)
        await Decision.update(
            {
                Decision.state: "in_force",
                Decision.second_moderator: viewer.id,
                Decision.before: msgspec.json.encode(before).decode(),
            }
        ).where(Decision.id == decision)
        if made.item is not None:
            await ops.close(made.item, "upheld")
        await letters.send(decision)
        await modlog.write(viewer, Entry("proposal.approved", made.kind, made.target, before, after, decision=decision))


async def decide_all(viewer: Viewer, proposals: Sequence[int], *, approves: bool, reason: str = "") -> int:
    """Approve or reject several proposals, each in its own transaction; return how many could not be decided."""
    refused = 0
    for proposal in proposals:
        try:
            await (approve(viewer, proposal) if approves else reject(viewer, proposal, reason))
        except ParleyError:
            refused += 1
    return refused


async def reject(viewer: Viewer, decision: int, reason: str) -> None:
    """Reject another moderator's proposal. Its item, if it has one, stays open. Raises what `approve` raises."""
    if not reason.strip():
        raise Refused(N_("Please give a reason: the moderator who proposed this will read it."))
    async with db.atomic():
        made, _ = await _lock_proposal(viewer, decision)
        await Decision.update(
            {Decision.state: "rejected", Decision.second_moderator: viewer.id, Decision.ended_at: NOW}
        ).where(Decision.id == decision)
        await modlog.write(viewer, Entry("proposal.rejected", made.kind, made.target, reason=reason, decision=decision))


async def _lock_proposal(viewer: Viewer, decision: int) -> tuple[DecisionRow, Target]:
    """Lock a proposal and its target. Raises Stale and Forbidden (`require_approval_allowed`)."""
    made = await load(decision)
    if made.action == "role":
        await lock_admins(made.target)
    target = await targets.lock(made.kind, made.target)
    made = await load(decision, lock=True)
    require_approval_allowed(viewer, made, target, await reporters(made.id))
    await rooms.require(viewer, target.thread or made.thread)
    return made, target


async def lock_admins(member: int) -> list[int]:
    """Lock a member and all admins, ordered by id: two changes of roles at once must not deadlock. Return the ids."""
    rows = Member.select(Member.id).where((Member.role == "admin") | (Member.id == member)).order_by(Member.id)
    return await db.values(rows.lock_rows("NO KEY UPDATE"))


def require_approval_allowed(viewer: Viewer, made: DecisionRow, target: Target, reporters: set[int]) -> None:
    """Raise Stale when it no longer waits, Forbidden for its proposer and for moderators who may not decide it."""
    rules.require_decision_allowed(viewer, target.member, reporters)
    if made.kind == "member":
        rules.require_rank_over(viewer, target.role)
    if made.action == "role" and viewer.access < ADMIN:
        raise Forbidden(N_("Only admins can do this."))
    if viewer.id == made.moderator:
        raise Forbidden(N_("You proposed this yourself: another moderator has to approve it."))
    if made.state != "awaiting":
        raise Stale(N_("This no longer needs a second approval."))
