"""Leaving: deactivating an account, and asking for its erasure. Signing in again undoes both."""

from time import time

import structlog

from parley.moderation.signups.tables import SignUp
from parley.own_data.erasure.rules import Scope
from parley.people import mail
from parley.people.accounts import queries, sessions, viewer_cache
from parley.people.accounts.queries import Account
from parley.people.accounts.rules import is_being_erased
from parley.people.accounts.states import IS_KEPT, KEEPS_ALL
from parley.platform import db
from parley.platform.db import atomic
from parley.platform.errors import Refused
from parley.platform.settings import settings
from parley.platform.signing import is_signature, sign
from parley.platform.text.cleaning import as_id
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

# How long a member can change their mind. templates/own_data/erasure and people/mail/leaving.txt state it too.
DAYS = 14

# A suspended member stays suspended.
DEACTIVATE_MEMBER = f"""
update member set state_before = case when state <> 'suspended' then state end,
  state = case when state = 'suspended' then state else 'deactivated' end,
  erase_at = case when $2 then now() + interval '{DAYS} days' end, erase_words = $3, erase_articles = $4,
  erase_quotes = $5
where id = $1 and state in ('active', 'silenced', 'suspended') returning id
"""  # noqa: S608 a constant
IS_LAST_ADMIN = """
select role = 'admin' and not exists (
    select from member o where o.role = 'admin' and o.state = 'active' and o.id <> $1)
from member where id = $1
"""
CANCEL_ERASURE = f"update member set erase_at = null, {KEEPS_ALL} where id = $1 and {IS_KEPT}"  # noqa: S608 constants only

LAST_ADMIN = N_("You are the only admin. Please make somebody else an admin first.")
UNCONFIRMED = N_(
    "Your address is not confirmed, so this account will be deleted automatically 7 days after you signed up."
)
UNAPPROVED = N_(
    "A moderator still has to approve your account. You can leave as soon as they have; if they decline, your account "
    "is deleted."
)
LASTS_SECONDS = 3_600


async def deactivate(account: Account) -> None:
    """Hide the member's page and sign them out, until they sign in again.

    Raises Refused for the last admin, and where the address is not confirmed or a moderator must approve the account.
    """
    await _leave(account, erase=False, scope=Scope())


async def request_erasure(account: Account, scope: Scope) -> None:
    """Deactivate the account, and erase it after 14 days: the name, and what else is in `scope`.

    Raises Refused as `deactivate`.
    """
    await _leave(account, erase=True, scope=scope)


async def _leave(account: Account, *, erase: bool, scope: Scope) -> None:
    async with atomic():
        await db.execute("select from member where role = 'admin' order by id for no key update")
        if await db.value(IS_LAST_ADMIN, account.id):
            raise Refused(LAST_ADMIN)
        if not await db.values(DEACTIVATE_MEMBER, account.id, erase, scope.words, scope.articles, scope.quotes):
            waits = (SignUp.member == account.id) & (SignUp.waits == True) & SignUp.confirmed_at.is_not_null()  # noqa: E712 SQL
            raise Refused(UNAPPROVED if await SignUp.exists().where(waits) else UNCONFIRMED)
        await sessions.end_all(account.id)
        viewer_cache.clear_after_commit()
        link = f"{settings().base_url}/login"
        message = mail.written_message("leaving", name=account.name, erase=erase, scope=scope, link=link)
        await mail.send("leaving", account.email, *message)
    log.info("member leaves", member=account.id, erase=erase, scope=str(scope))


async def cancel(member: int) -> None:
    """Call off the erasure of a suspended member, who cannot sign in."""
    await db.execute(CANCEL_ERASURE, member)


async def account_of(member: int) -> Account | None:
    """The account, unless it was erased meanwhile or is being erased."""
    account = await queries.account(member)
    return None if account is None or account.state == "anonymised" or is_being_erased(account) else account


async def leave_address(member: int) -> str:
    """Return the page for a suspended member who just gave the right password. It works for an hour."""
    plain = f"{member}.{int(time()) + LASTS_SECONDS}"
    return f"/leave/{plain}.{sign('leave', plain.encode()).hex()}"


def member_of(token: str) -> int | None:
    """Return the member for whom a link is, or None if it has expired or is not ours."""
    plain, _, signature = token.rpartition(".")
    if not is_signature("leave", plain.encode(errors="replace"), signature):
        return None
    member, _, expires = plain.partition(".")
    return as_id(member) if int(expires) > time() else None
