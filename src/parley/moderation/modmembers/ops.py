"""Actions on a member's page for staff: sanctions, notes, sessions, roles, each with an entry in the record."""

from datetime import datetime, timedelta
from urllib.parse import quote

from parley.moderation.decisions import letters, rules, sanctions, second_approval
from parley.moderation.decisions import ops as decisions
from parley.moderation.decisions.rules import ON_MEMBER, ROLES, UNDO_SECONDS, Choice
from parley.moderation.decisions.tables import Decision
from parley.moderation.decisions.undoing import RESUME_RESTRICTIONS
from parley.moderation.modlog import ops as modlog
from parley.moderation.modlog.ops import Entry
from parley.moderation.modmembers.tables import Note
from parley.moderation.reports import staff_mail, targets
from parley.moderation.reports.targets import Target
from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.accounts import sessions
from parley.people.accounts.viewer import Viewer
from parley.people.mail.tables import Mail
from parley.people.second_factors import factor_recovery
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import Forbidden, Refused
from parley.platform.http.access import ADMIN
from parley.platform.ratelimit import WRITE_MODERATOR, take
from parley.platform.settings import settings
from parley.platform.text import markdown
from parley.platform.text.languages import speaking
from parley.platform.text.messages import N_

# What a moderator lifted within so many seconds.
LAST_LIFTED = """
select a.at from mod_action a where a.kind = 'member' and a.target = $1 and a.actor = $2 and a.action = 'lift'
and a.at > now() - $3 * interval '1 second' and exists (
    select from decision d where d.kind = 'member' and d.target = $1 and d.state = 'ended' and d.ended_at = a.at)
order by a.id desc limit 1
"""


async def sanction(viewer: Viewer, member: int, choice: Choice) -> int:
    """Warn, silence or suspend a member without a report; return the id of the decision.

    Raises Forbidden in one's own case and for moderators about staff, Refused without a reason and for members who
    cannot write anyway: the letter might reach a stranger, since the address is not confirmed.
    """
    rules.require_choice_allowed(choice, "member")
    if choice.action not in ON_MEMBER:
        raise Refused(N_("This cannot be decided here. Please choose one of the actions shown."))
    async with db.atomic():
        target = await _lock_member(viewer, member)
        if not sanctions.can_be_sanctioned(target):
            raise Refused(sanctions.CANNOT_WRITE)
        return await decisions.carry_out(viewer, choice, target)


async def lift(viewer: Viewer, member: int, reason: str) -> None:
    """Lift the sanctions of a member early, and mail them. Raises Refused where there are none."""
    if not reason.strip():
        raise Refused(N_("Please give a reason: the author will read it."))
    async with db.atomic():
        target = await _lock_member(viewer, member)
        ended = await _end_sanctions(member)
        if not ended:
            raise Refused(N_("This member is no longer silenced or suspended."))
        await letters.hold_back(ended)
        before, after = await sanctions.settle(target)
        await _send_lifted(member, reason)
        await modlog.write(viewer, Entry("lift", "member", member, before, after, reason=reason, decision=ended[-1]))


async def lifted_at(viewer: Viewer, member: int) -> datetime | None:
    """When the viewer lifted the member's sanctions, if they can still undo that."""
    at: datetime | None = await db.value(LAST_LIFTED, member, viewer.id, UNDO_SECONDS)
    return at


async def undo_lift(viewer: Viewer, member: int) -> None:
    """Put the sanctions that the viewer has just lifted in force again; the member gets no letter. Raises Refused."""
    async with db.atomic():
        target = await _lock_member(viewer, member)
        at = await lifted_at(viewer, member)
        if at is None:
            raise Refused(N_("This can no longer be undone. The decision stands; you can make a new one."))
        resumed = await db.values(RESUME_RESTRICTIONS, "member", member, at)
        await letters.send_after_all(resumed)
        await Mail.delete().where(Mail.kind == f"lifted.{member}", Mail.sent_at.is_null())
        before, after = await sanctions.settle(target)
        await modlog.write(viewer, Entry("lift.undo", "member", member, before, after, decision=resumed[-1]))


async def _send_lifted(member: int, reason: str) -> None:
    """Mail a member that their sanction was lifted early, once that cannot be undone any more."""
    to = await accounts.account(member)
    if to is not None:
        with speaking(await mail.language_of(to.email)):
            written = mail.written_message("lifted", name=to.name, reason=reason, link=settings().base_url)
        await mail.send(f"lifted.{member}", to.email, *written, delay=timedelta(seconds=UNDO_SECONDS))


async def _end_sanctions(member: int) -> list[int]:
    """End the sanctions in force of a member; return the ids of the decisions."""
    of_member = (Decision.kind == "member") & (Decision.target == member) & (Decision.state == "in_force")
    ended = Decision.update({Decision.state: "ended", Decision.ended_at: NOW}).where(
        of_member, Decision.action.is_in(["silence", "suspend"])
    )
    return [row["id"] for row in await ended.returning(Decision.id)]


async def note(viewer: Viewer, member: int, text: str) -> None:
    """Add a note about a member, and mail the moderators whom it mentions. The record has no text of it."""
    await take(WRITE_MODERATOR, str(viewer.id))
    async with db.atomic():
        await targets.lock("member", member)
        (made,) = await Note.insert(Note(member=member, author=viewer.id, text=text))
        await modlog.write(viewer, Entry("note", "member", member))
        await _tell_mentioned(viewer, member, made["id"], text)


async def _tell_mentioned(viewer: Viewer, member: int, note: int, text: str) -> None:
    about = await accounts.account(member)
    mentioned = {named.id for named in (await accounts.of_names(markdown.mentioned_names(text))).values()}
    for number in sorted(mentioned - {viewer.id, member}):
        person = await accounts.account(number)
        if about and person and person.state == "active" and person.role in staff_mail.STAFF:
            link = f"{settings().base_url}/mod/members/{quote(about.name)}#notes"
            names = {"name": person.name, "by": viewer.name, "about": about.name}
            await mail.send_written(f"noted.{note}", person.email, "staff/noted", **names, link=link)


async def message(viewer: Viewer, member: int, text: str) -> int:
    """Write to a member, who is mailed and notified; return the id of the decision that has the text.

    Raises Forbidden in one's own case and for moderators about staff, Refused for members who have no address, and
    TooMany.
    """
    await take(WRITE_MODERATOR, str(viewer.id))
    async with db.atomic():
        target = await _lock_member(viewer, member)
        if not sanctions.can_be_sanctioned(target):
            raise Refused(sanctions.CANNOT_WRITE)
        return await decisions.carry_out(viewer, Choice(0, 0, "message", None, text), target)


async def end_sessions(viewer: Viewer, member: int) -> None:
    """Sign a member out everywhere, for example when somebody else uses their account."""
    async with db.atomic():
        await _lock_member(viewer, member)
        await sessions.end_all(member)
        await modlog.write(viewer, Entry("sign_out", "member", member))


async def agree_to_recovery(viewer: Viewer, member: int) -> None:
    """Agree that the second step of a member of staff is removed, as they asked. Raises Forbidden."""
    async with db.atomic():
        await _lock_member(viewer, member)
        await factor_recovery.agree(viewer, member)
        await modlog.write(viewer, Entry("recovery", "member", member))


async def give_role(viewer: Viewer, member: int, role: str, reason: str) -> int:
    """Give a member a role; where there is another admin, they must approve it. Return the id of the decision.

    Admins cannot change their own role, so one admin always remains. Raises Forbidden, Refused.
    """
    if role not in ROLES or not reason.strip():
        raise Refused(N_("Please choose a role and give a reason."))
    async with db.atomic():
        admins = await second_approval.lock_admins(member)
        target = await _lock_member(viewer, member)
        if viewer.access < ADMIN or viewer.id not in admins:
            raise Forbidden(N_("Only admins can do this."))
        if target.role == role:
            raise Refused(N_("The member already has this role."))
        if not sanctions.can_be_sanctioned(target):
            raise Refused(N_("This member has not confirmed their address, or has left, so they cannot write."))
        return await decisions.carry_out(viewer, Choice(0, 0, "role", None, reason, None, role), target)


async def _lock_member(viewer: Viewer, member: int) -> Target:
    """Lock a member. Raises Forbidden where the viewer may not decide about them."""
    target = await targets.lock("member", member)
    rules.require_decision_allowed(viewer, target.member, set())
    rules.require_rank_over(viewer, target.role)
    return target
