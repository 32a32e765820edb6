"""Letting people in: invitations, and moderators who approve."""

from datetime import timedelta

import msgspec
import structlog

from parley.moderation.reports import staff_mail
from parley.moderation.signups import queries
from parley.moderation.signups.tables import Invitation, SignUp
from parley.people import mail
from parley.people.account_settings import signup_ops
from parley.people.accounts import tokens, viewer_cache
from parley.people.accounts.joining import NotAdmitted, SignUpContext
from parley.people.accounts.tables import Member
from parley.people.accounts.viewer import Viewer
from parley.platform import db, ratelimit
from parley.platform.db import atomic
from parley.platform.errors import NotFound
from parley.platform.http.access import MODERATOR
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

HOURS_BETWEEN_LETTERS = 12

# Checked and used up in one statement, so that no two people get the last use.
USE_INVITATION = """
update invitation i set uses = uses - 1 from member m
where i.token_hash = $1 and i.uses > 0 and i.expires_at > now() and m.id = i.member and m.state = 'active'
returning m.id
"""
CONFIRM_ADDRESS = (
    "update sign_up set confirmed_at = coalesce(confirmed_at, now()) where member = $1 and waits returning member"
)
DECLINE_SIGN_UP = """
delete from member m using sign_up s
where m.id = $1 and m.state = 'unverified' and s.member = m.id and s.waits and s.confirmed_at is not null
returning m.name, m.email
"""

CLOSED = N_("Nobody can sign up at present.")
INVITED_ONLY = N_("Only people whom a member invited can sign up. This invitation was used, has expired or was ended.")
DECIDED = N_("Somebody has decided about this account already.")


class Person(msgspec.Struct, frozen=True):
    name: str
    email: str


async def admit(member: int, context: SignUpContext) -> None:
    """Decide about somebody who signs up, in that transaction. Raises NotAdmitted if they may not."""
    mode, digest = await queries.mode(), tokens.digest(context.invitation)
    inviter: int | None = await db.value(USE_INVITATION, digest) if digest and mode != "closed" else None
    if mode == "closed":
        raise NotAdmitted(CLOSED)
    if mode == "invited" and inviter is None:
        raise NotAdmitted(INVITED_ONLY)
    waits = context.is_doubtful or (mode == "approved" and inviter is None)
    if waits or inviter is not None:
        await SignUp.insert(SignUp(member=member, inviter=inviter, waits=waits, message=context.message))


async def request_approval(member: int) -> bool:
    """Return whether somebody who just confirmed their address must wait for a moderator. If so, mail the staff."""
    if await db.value(CONFIRM_ADDRESS, member) is None:
        return False
    link = f"{settings().base_url}/mod/queue?kind=signup"
    await staff_mail.send("sign-up", "staff/applicant", hours=HOURS_BETWEEN_LETTERS, link=link)
    return True


async def approve(moderator: Viewer, member: int) -> None:
    """Let somebody in who waits, and tell them. Raises NotFound if nobody of this id waits."""
    async with atomic():
        waits = (SignUp.member == member) & (SignUp.waits == True) & SignUp.confirmed_at.is_not_null()  # noqa: E712 SQL
        if not await SignUp.update({SignUp.waits: False}).where(waits).returning(SignUp.member):
            raise NotFound(DECIDED)
        await signup_ops.activate(member)
        person = await db.fetch_one(Person, Member.select().where(Member.id == member))
        if person is not None:
            await _mail(person, "approved")
        viewer_cache.clear_after_commit()
    log.info("sign-up approved", member=member, moderator=moderator.id)


async def decline(moderator: Viewer, member: int) -> None:
    """Delete the account of somebody who waits, and tell them. Raises NotFound if nobody of this id waits."""
    async with atomic():
        person = await db.fetch_one(Person, DECLINE_SIGN_UP, member)
        if person is None:
            raise NotFound(DECIDED)
        await _mail(person, "declined")
        viewer_cache.clear_after_commit()
    log.info("sign-up declined", member=member, moderator=moderator.id)


async def _mail(person: Person, what: str) -> None:
    link = f"{settings().base_url}/login"
    await mail.send_written("sign-up-decided", person.email, "signup_decided", name=person.name, what=what, link=link)


async def invite(viewer: Viewer, *, uses: int, days: int) -> str:
    """Create an invitation and return its link. Raises TooMany for a member who made five within a week."""
    if viewer.access < MODERATOR:
        await ratelimit.take(ratelimit.INVITATION_ACCOUNT, str(viewer.id))
    token = tokens.new()
    expires_at = tokens.from_now(timedelta(days=days))
    new = Invitation(member=viewer.id, token_hash=tokens.digest(token), uses=uses, expires_at=expires_at)
    await Invitation.insert(new)
    log.info("invitation made", member=viewer.id, uses=uses, days=days)
    return f"{settings().base_url}/invite/{token}"


async def end_invitation(member: int, number: int) -> None:
    """End one of a member's invitations at once. Raises NotFound."""
    ended = (
        await Invitation.delete().where(Invitation.id == number, Invitation.member == member).returning(Invitation.id)
    )
    if not ended:
        raise NotFound(N_("This invitation has ended already."))
