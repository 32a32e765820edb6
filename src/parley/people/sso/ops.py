"""Signing in with an account elsewhere, signing up with one, and connecting one."""

from datetime import datetime

import structlog
from asyncpg import UniqueViolationError

from parley.people import mail
from parley.people.account_settings import signup_ops
from parley.people.accounts import queries
from parley.people.accounts.joining import SignUpContext
from parley.people.accounts.queries import Account
from parley.people.accounts.rules import require_sign_in_allowed
from parley.people.second_factors import passkey_settings
from parley.people.sign_in import authentication
from parley.people.sign_in.authentication import PROVIDER, PROVIDER_SECOND, Client, SecondFactorNeeded, SignedIn
from parley.people.sso import queries as links
from parley.people.sso.claims import Claims
from parley.people.sso.tables import Identity
from parley.platform import db
from parley.platform.db import atomic
from parley.platform.errors import NotFound, Refused
from parley.platform.providers import Provider
from parley.platform.settings import settings
from parley.platform.text.messages import N_

log = structlog.get_logger(__name__)

MOST_LINKS = 5

TAKEN = N_("This account at {provider} belongs to another member here, so it was not connected.")
FULL = N_("You can connect up to {most} accounts. Please disconnect one first.")
KNOWN_ADDRESS = N_(
    "There is an account here with the address that {provider} names. Please sign in to it as usual, then connect "
    "{provider} under Settings, Privacy and security."
)


async def sign_in(provider: Provider, claims: Claims, client: Client) -> SignedIn | SecondFactorNeeded | None:
    """Sign in the member of an account elsewhere. None if it has no member yet.

    They must give their second factor here, too, unless the provider is trusted to have asked for one. Raises Refused
    when another member has confirmed the account's address, Forbidden for a suspended or closed account.
    """
    owner = await links.owner(provider.source, claims.subject)
    account = await queries.account(owner) if owner else None
    if account is None:
        await check_address(provider, claims)
        return None
    require_sign_in_allowed(account)
    has_second = claims.second_factor and "second-factor" in provider.trust
    methods = frozenset({PROVIDER, PROVIDER_SECOND} if has_second else {PROVIDER})
    async with atomic():
        return await authentication.complete(account.id, methods, client)


async def check_address(provider: Provider, claims: Claims) -> None:
    """Raise Refused when a member has the address that the provider calls confirmed. They connect it themselves.

    An address alone never signs in: it may have changed hands, or the provider may not have checked it.
    """
    if claims.email_verified and await queries.by_email(claims.email) is not None:
        raise Refused(KNOWN_ADDRESS, provider=provider.name)


def is_vouched(provider: Provider, claims: Claims) -> bool:
    """Whether the address needs no mail that confirms it."""
    return claims.email_verified and "email" in provider.trust


async def sign_up(
    provider: Provider,
    claims: Claims,
    *,
    name: str,
    email: str,
    zone: str,
    next_url: str,
    client: Client,
    context: SignUpContext,
) -> SignedIn | SecondFactorNeeded:
    """Create a member without a password, who signs in with an account elsewhere, and sign them in.

    A vouched address counts as confirmed; any other is confirmed by mail, as after every sign-up. Raises Refused when
    the name or the account is taken, TooMany at a limit.
    """
    await check_address(provider, claims)
    is_confirmed = is_vouched(provider, claims)
    try:
        async with atomic():
            signed_in = await signup_ops.sign_up(
                name=name,
                email=claims.email if is_confirmed else email,
                password=None,
                client=client,
                next_url=next_url,
                zone=zone,
                context=context,
                is_confirmed=is_confirmed,
            )
            await _insert(signed_in.member, provider, claims)
    except UniqueViolationError:
        raise Refused(TAKEN, provider=provider.name) from None
    return signed_in


async def connect(member: int, provider: Provider, claims: Claims) -> None:
    """Let a member sign in with an account elsewhere, and notify them by mail.

    Raises Refused when it belongs to another member, or they have connected many.
    """
    owner = await links.owner(provider.source, claims.subject)
    if owner == member:
        return
    try:
        async with atomic():
            account = await _lock_member(member)
            if len(await links.links(member)) >= MOST_LINKS:
                raise Refused(FULL, most=MOST_LINKS)
            await db.execute(links.RELEASE_IDENTITY, provider.source, claims.subject, member)
            await _insert(member, provider, claims)
            await _mail_change(account, provider.name, "on")
    except UniqueViolationError:
        raise Refused(TAKEN, provider=provider.name) from None
    log.info("provider connected", member=member, source=provider.source)


async def disconnect(member: int, number: int) -> None:
    """Remove one of a member's links. Raises NotFound, and Refused for their only way to sign in."""
    async with atomic():
        account = await _lock_member(member)
        known = await links.links(member)
        link = next((connection for connection in known if connection.id == number), None)
        if link is None:
            raise NotFound(N_("This account is not connected any more."))
        has_passkey = bool(await passkey_settings.list_passkeys(account.id))
        if len(known) == 1 and account.password_hash is None and not has_passkey:
            raise Refused(N_("This is your only way to sign in. Please set a password or add a passkey first."))
        await Identity.delete().where(Identity.id == number, Identity.member == member)
        await _mail_change(account, link.name, "off")
    log.info("provider disconnected", member=member, source=link.source)


async def disconnect_since(member: int, since: datetime) -> None:
    """Remove the links that were made since a change of address, which is being undone."""
    await Identity.delete().where(Identity.member == member, Identity.created_at >= since)


async def _insert(member: int, provider: Provider, claims: Claims) -> None:
    await Identity.insert(Identity(member=member, source=provider.source, subject=claims.subject))


async def _lock_member(member: int) -> Account:
    """Lock the member, so that two requests at once cannot remove their last two ways to sign in."""
    await queries.lock(member)
    account = await queries.account(member)
    if account is None:
        raise NotFound(N_("This account no longer exists."))
    return account


async def _mail_change(account: Account, provider: str, what: str) -> None:
    links = {"link": f"{settings().base_url}/settings/security#links", "forgot": f"{settings().base_url}/forgot"}
    await mail.send_written("linked", account.email, "linked", name=account.name, provider=provider, what=what, **links)
