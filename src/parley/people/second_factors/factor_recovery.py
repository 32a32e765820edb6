"""Recovery for members who lost every second factor. They ask for it after giving the first one.

We mail them at once. The link removes the second step after 72 hours; until then it can be stopped from the mail, any
session, and by signing in as usual. Staff do not wait: two admins have to agree.
"""

from datetime import datetime

import msgspec
import structlog

from parley.people import mail
from parley.people.accounts import queries as accounts
from parley.people.accounts import sessions, tokens
from parley.people.accounts.queries import Account
from parley.people.accounts.rules import require_sign_in_allowed
from parley.people.accounts.tables import FactorRecovery
from parley.people.accounts.viewer import Viewer
from parley.people.second_factors import authenticators, passkey_settings, queries
from parley.platform import db, ratelimit
from parley.platform.db import atomic
from parley.platform.errors import Forbidden, Gone, Refused
from parley.platform.http.access import ADMIN
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

STOPPED = N_("This recovery was stopped or finished, or its link is too old.")


class Recovery(msgspec.Struct, frozen=True):
    """A recovery under way. `due_at` is None until two admins have agreed, the first of whom is `first_admin`."""

    member: int
    due_at: datetime | None
    is_due: bool
    first_admin: int | None


async def request(account: Account) -> None:
    """Begin the recovery of a member who has given their first factor, and mail them the link.

    Raises Refused where one is under way, Forbidden for a closed account, TooMany.
    """
    require_sign_in_allowed(account)
    await ratelimit.take(ratelimit.MAIL_ACCOUNT, str(account.id))
    token = tokens.new()
    async with atomic():
        if await db.value(queries.INSERT_RECOVERY, account.id, tokens.digest(token)) is None:
            raise Refused(N_("Recovery was requested already. Look for our mail, or wait until two weeks have passed."))
        links = {"link": f"{settings().base_url}/recover/{token}", "forgot": f"{settings().base_url}/forgot"}
        staff = account.role != "member"
        await mail.send_written("second", account.email, "recovery", name=account.name, staff=staff, **links)
    log.warning("recovery asked for", member=account.id)


async def of_token(token: str) -> Recovery:
    """The recovery that a mailed link belongs to. Raises Gone if it is over."""
    row = await db.fetch_one(Recovery, queries.SELECT_RECOVERY, tokens.digest(token), None)
    if row is None:
        raise Gone(STOPPED)
    return row


async def of_member(member: int) -> Recovery | None:
    return await db.fetch_one(Recovery, queries.SELECT_RECOVERY, None, member)


async def stop(member: int) -> None:
    if await FactorRecovery.delete().where(FactorRecovery.member == member).returning(FactorRecovery.id):
        log.info("recovery stopped", member=member)


async def finish(token: str) -> None:
    """Remove the second step, and sign out everywhere. Raises Gone if it is over, Refused before its time."""
    await of_token(token)
    async with atomic():
        member = await db.value(queries.FINISH_RECOVERY, tokens.digest(token))
        account = await accounts.account(member) if member else None
        if account is None:
            raise Refused(N_("The waiting time is not over yet."))
        await authenticators.remove(account)
        await passkey_settings.end_all(account.id)
        await sessions.end_all(account.id)
    log.warning("second step removed by recovery", member=account.id)


async def agree(viewer: Viewer, member: int) -> None:
    """Have an admin agree to the recovery of a member of staff; the second one makes the link work.

    Raises Forbidden for others and in one's own case.
    """
    if viewer.access < ADMIN or viewer.id == member:
        raise Forbidden(N_("Only admins decide about the second step of others, and not about their own."))
    await db.execute(queries.RECORD_AGREEMENT, member, viewer.id)
    log.warning("recovery agreed to", member=member, admin=viewer.id)
