"""What staff does about a member on their page: sanctions and their end, notes, sign-ins, roles; each in the record."""

from parley.accounts import sessions
from parley.core import db
from parley.core.errors import Forbidden, Refused
from parley.core.http.access import ADMIN, Viewer
from parley.decisions import letters, rules, sanctions, second_approval
from parley.decisions import ops as decisions
from parley.decisions.rules import ON_MEMBER, ROLES, Choice
from parley.modlog import ops as modlog
from parley.modlog.ops import Entry
from parley.reports import targets
from parley.reports.targets import Target

NOTE = "insert into note (member, author, text, created_at) values ($1, $2, $3, now())"
LIFTED = """
update decision set state = 'ended', ended_at = now()
where kind = 'member' and target = $1 and action in ('silence', 'suspend') and state = 'in_force' returning id
"""


async def sanction(viewer: Viewer, member: int, choice: Choice) -> int:
    """Warn, silence or suspend a member whom nobody reported; return the decision's number.

    Raises Forbidden for one's own case and for moderators about staff, Refused for what lacks its reason, and about
    somebody who cannot write anyway: a warning would go to an address that may be anybody's.
    """
    rules.may_choose(choice, "member")
    if choice.action not in ON_MEMBER:
        raise Refused("This cannot be decided here. Please choose one of the actions shown.")
    async with db.atomic():
        target = await _locked(viewer, member)
        if not sanctions.can_be_sanctioned(target):
            raise Refused(sanctions.AWAY)
        return await decisions.carry_out(viewer, choice, target)


async def lift(viewer: Viewer, member: int, reason: str) -> None:
    """End what a member is silenced or suspended by before its time, and tell them."""
    if not reason.strip():
        raise Refused("Please give a reason: the member will read it.")
    async with db.atomic():
        target = await _locked(viewer, member)
        ended = await db.values(LIFTED, member)
        if not ended:
            raise Refused("This member is no longer silenced or suspended.")
        before, after = await sanctions.settle(target)
        await letters.send_lifted(member, reason)
        await modlog.write(viewer, Entry("lift", "member", member, before, after, reason=reason, decision=ended[-1]))


async def note(viewer: Viewer, member: int, text: str) -> None:
    """Write down what staff should know of a member. The record says that it was done, not what stands there."""
    async with db.atomic():
        await targets.lock("member", member)
        await db.execute(NOTE, member, viewer.id, text)
        await modlog.write(viewer, Entry("note", "member", member))


async def end_sign_ins(viewer: Viewer, member: int) -> None:
    """Sign a member out everywhere, such as when somebody else uses their account."""
    async with db.atomic():
        await _locked(viewer, member)
        await sessions.end_all(member)
        await modlog.write(viewer, Entry("sign_out", "member", member))


async def give_role(viewer: Viewer, member: int, role: str, reason: str) -> int:
    """Make somebody a member, moderator or admin; where there is another admin, it waits for them.

    Returns the number of the decision. Whoever gives it is an admin and not concerned, so there always is one left.
    Raises Forbidden, Refused.
    """
    if role not in ROLES or not reason.strip():
        raise Refused("Please choose a role and give a reason.")
    async with db.atomic():
        admins = await db.values(second_approval.LOCK_ADMINS, member)
        target = await _locked(viewer, member)
        if viewer.standing < ADMIN or viewer.id not in admins:
            raise Forbidden("Only admins decide about roles.")
        if target.role == role:
            raise Refused("The member already has this role.")
        if not sanctions.can_be_sanctioned(target):
            raise Refused("This member has not confirmed an address, or has left.")
        return await decisions.carry_out(viewer, Choice(0, 0, "role", None, reason, None, role), target)


async def _locked(viewer: Viewer, member: int) -> Target:
    """The member, locked, when this viewer may decide about them."""
    target = await targets.lock("member", member)
    rules.may_decide(viewer, target.member, set())
    rules.may_act_on(viewer, target.role)
    return target
