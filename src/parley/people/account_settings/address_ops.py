"""Changing one's address: the new mailbox confirms it, and for seven days the old one can undo it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from asyncpg import UniqueViolationError
from piccolo.columns import Column

from parley.people import mail
from parley.people.account_settings import queries, signup_ops
from parley.people.accounts import addresses, hooks, mailed_links, sessions, tokens
from parley.people.accounts import queries as accounts
from parley.people.accounts.queries import Account
from parley.people.accounts.tables import AddressChange, Authenticator, Member
from parley.people.second_factors import authenticators, passkey_settings
from parley.people.sign_in.authentication import Client
from parley.platform import db, ratelimit
from parley.platform.db import atomic
from parley.platform.errors import Gone, Refused
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

CONFIRM_LASTS = timedelta(days=3)
# Also stated by templates/people/mail/address_changed.txt.
UNDO_LASTS = timedelta(days=7)
PAGE = "/settings/email"

EXPIRED = N_("This link has been used already, or has expired. Please ask for a new one.")


class AddressStep(msgspec.Struct, frozen=True):
    """A step of a change: the member's address is `email` now, and was `other` before."""

    id: int
    member: int
    email: str
    other: str
    created_at: datetime


async def request(account: Account, email: str, client: Client, *, answer: str = "") -> None:
    """Mail a link to `email` that confirms it, and notify the present address.

    The answer is the same for an address that another member has confirmed. Raises Refused for the present address,
    TooMany at a limit, as `signup_ops.take_mail` does.
    """
    if addresses.key(email) == addresses.key(account.email):
        raise Refused(N_("This is your address already."))
    await ratelimit.take(ratelimit.MAIL_ACCOUNT, str(account.id))
    await signup_ops.take_mail(email, client, answer)
    token = tokens.new()
    async with atomic():
        await AddressChange.delete().where(AddressChange.member == account.id, AddressChange.confirmed_at.is_null())
        expires_at = tokens.from_now(CONFIRM_LASTS)
        digest = tokens.digest(token)
        await AddressChange.insert(
            AddressChange(member=account.id, email=email, confirm_hash=digest, expires_at=expires_at)
        )
        if await accounts.by_email(email) is None:
            link = f"{settings().base_url}{PAGE}/confirm/{token}"
            written = mail.written_message("address_confirm", name=account.name, link=link)
            await mail.send("address", email, *written, member=account.id)
        if account.state != "unverified":
            link = f"{settings().base_url}/forgot"
            await mail.send_written("address", account.email, "address_asked", name=account.name, link=link)
    log.info("address change asked for", member=account.id)


async def confirm(token: str) -> None:
    """Make the new address the member's. Raises Gone for an old link, Refused if another member confirmed it first."""
    undo = tokens.new()
    async with atomic():
        change = await db.fetch_one(
            AddressStep, queries.CONFIRM_CHANGE, tokens.digest(token), tokens.digest(undo), UNDO_LASTS
        )
        account = await accounts.account(change.member) if change else None
        if change is None or account is None:
            raise Gone(EXPIRED)
        await _set(change)
        await mailed_links.revoke(change.member)
        if account.state == "unverified":
            await signup_ops.activate(change.member)
        else:
            link = f"{settings().base_url}{PAGE}/undo/{undo}"
            written = mail.written_message("address_changed", name=account.name, link=link)
            await mail.send("address", change.other, *written, member=change.member)
    log.info("address changed", member=change.member)


async def undo(token: str) -> None:
    """Undo a change that somebody else made.

    All sessions end, an authenticator app and passkeys that were added since are removed, and the password no longer
    works: a link that sets a new one is mailed to the old address. Later changes can no longer be undone, since their
    old mailboxes belong to somebody else. Raises Gone for an old link, Refused if another member has confirmed the old
    address meanwhile.
    """
    async with atomic():
        change = await db.fetch_one(AddressStep, queries.UNDO_CHANGE, tokens.digest(token))
        if change is None:
            raise Gone(EXPIRED)
        await AddressChange.delete().where(AddressChange.member == change.member, AddressChange.id > change.id)
        await _set(change)
        await Member.update({Member.password_hash: None}).where(Member.id == change.member)
        await mailed_links.revoke(change.member)
        await sessions.end_all(change.member)
        for hook in hooks.when_address_undone:
            await hook(change.member, change.created_at)
        account = await accounts.account(change.member)
        if account is not None:
            app = Authenticator.exists().where(Authenticator.member == change.member)
            if await app.where(Authenticator.created_at >= change.created_at):
                await authenticators.remove(account)
            await passkey_settings.end_all(change.member, since=change.created_at)
            await mailed_links.mail_to(account, "reset", timedelta(days=1), "/")
    log.warning("address change undone", member=change.member)


async def member_of(token: str) -> int | None:
    """The member whose address a link changes. None if it no longer works."""
    member: int | None = await db.value(queries.SELECT_MEMBER_OF_LINK, tokens.digest(token))
    return member


async def _set(change: AddressStep) -> None:
    new: dict[Column | str, Any] = {Member.email: change.email, Member.email_key: addresses.key(change.email)}
    try:
        async with atomic():
            await Member.update(new).where(Member.id == change.member)
            await mail.keep_member(change.member, change.other)
    except UniqueViolationError:
        raise Refused(N_("Another member has this address already.")) from None
