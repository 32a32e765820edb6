"""Reading who may sign up, who waits, and who invited whom."""

from datetime import datetime

import msgspec

from parley.moderation.raids.ops import CLOSES_SIGN_UP
from parley.moderation.signups.tables import Invitation
from parley.people.accounts import tokens
from parley.people.accounts.joining import Mode, Terms
from parley.platform import db

SELECT_INVITER = """
select m.name from invitation i join member m on m.id = i.member
where i.token_hash = $1 and i.uses > 0 and i.expires_at > now() and m.state = 'active'
"""
SELECT_MODE = f"select case when {CLOSES_SIGN_UP} then 'closed' else sign_up end from community"  # noqa: S608 a constant
FROM_WAITING = """
from sign_up s join member m on m.id = s.member
where s.waits and s.confirmed_at is not null and m.state = 'unverified'
"""
SELECT_APPLICANT = f"select m.id, m.name, m.email, s.message, s.confirmed_at {FROM_WAITING} and m.id = $1"
# For the queue (columns: modqueue/kinds.py).
WAITING_SIGNUPS = f"""
    select m.id, null as thread, m.name as who, s.confirmed_at as since, null as blocked, null as holder,
           null as action, s.message as words {FROM_WAITING}
"""


class OwnInvitation(msgspec.Struct, frozen=True):
    id: int
    uses: int
    created_at: datetime
    expires_at: datetime


class Applicant(msgspec.Struct, frozen=True):
    """Somebody who confirmed their address, and waits for a moderator."""

    id: int
    name: str
    email: str
    message: str
    confirmed_at: datetime


async def terms(invitation: str) -> Terms:
    """Who may sign up, for somebody with this invitation."""
    digest = tokens.digest(invitation)
    return Terms(await mode(), await db.value(SELECT_INVITER, digest) if digest else None)


async def mode() -> Mode:
    sign_up_mode: Mode = await db.value(SELECT_MODE)
    return sign_up_mode


async def invitations(member: int) -> list[OwnInvitation]:
    """A member's invitations that have not expired."""
    unexpired = Invitation.select().where(Invitation.member == member, Invitation.expires_at > db.NOW)
    return await db.fetch(OwnInvitation, unexpired.order_by(Invitation.id))


async def applicant(member: int) -> Applicant | None:
    """Somebody who waits for a moderator."""
    return await db.fetch_one(Applicant, SELECT_APPLICANT, member)
