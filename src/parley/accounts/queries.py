"""Reading members."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.accounts import addresses, names
from parley.accounts.states import RETURNS, STATE_NOW
from parley.core.db import fetch, fetch_one

ACCOUNT = f"""
select id, name, email, role, {STATE_NOW} as state, state_until, state_reason, password_hash, title, bio, assisted,
       in_maps, has_feed, erase_at
from member where {{}}
"""  # noqa: S608 no value in it
CLAIMS = "email_key = $1 and state = 'unverified' order by id desc limit 1"
PUBLIC = f"""
select id, name, role, {STATE_NOW} as state, title, bio, created_at, has_feed from member
where name_key = $1 and state not in ('deactivated', 'anonymised')
"""  # noqa: S608 no value in it
BY_NAMES = """
select id, name, name_key from member
where name_key = any($1::text[]) and state not in ('unverified', 'deactivated', 'anonymised')
"""
# Decides which page to show. What counts is the same condition in mailed_links.use().
TOKEN_OWNER = f"""
select member.id, member.name, member.email, member.role, member.state
from token join member on member.id = token.member
where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()
  and {RETURNS}
"""  # noqa: S608 no value in it
MAILS = 'select id, recipient as "to", subject, text, html, created_at as at from mail order by id desc limit 100'
MAIL = 'select id, recipient as "to", subject, text, html, created_at as at from mail where id = $1'


class Account(msgspec.Struct, frozen=True):
    """A member with what only their own pages show."""

    id: int
    name: str
    email: str
    role: str
    state: str
    state_until: datetime | None
    state_reason: str
    password_hash: str | None
    title: str
    bio: str
    assisted: str
    in_maps: bool
    has_feed: bool
    # When the account is erased, if its member asked for that.
    erase_at: datetime | None


class PublicMember(msgspec.Struct, frozen=True):
    """A member as everybody sees them."""

    id: int
    name: str
    role: str
    state: str
    title: str
    bio: str
    created_at: datetime
    has_feed: bool


class NamedMember(msgspec.Struct, frozen=True):
    """A member, found by their name."""

    id: int
    name: str
    name_key: str


class TokenOwner(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    role: str
    state: str


class KeptMail(msgspec.Struct, frozen=True):
    id: int
    to: str
    subject: str
    text: str
    html: str | None
    at: datetime


async def account(member: int) -> Account | None:
    return await fetch_one(Account, ACCOUNT.format("id = $1"), member)


async def by_login(login: str) -> list[Account | None]:
    """The accounts that a name or an address may belong to.

    For an address always two: the member who confirmed it, and the last one who claims it without proof. So neither
    the answer nor its time shows whether the first exists.
    """
    if "@" not in login:
        return [await fetch_one(Account, ACCOUNT.format("name_key = $1"), names.key(login))]
    return [await by_email(login), await fetch_one(Account, ACCOUNT.format(CLAIMS), addresses.key(login))]


async def by_email(email: str) -> Account | None:
    """The member who confirmed this address."""
    return await fetch_one(Account, ACCOUNT.format("email_key = $1 and state <> 'unverified'"), addresses.key(email))


async def person(name: str) -> PublicMember | None:
    """The member of this name in any case. One whose name only looks alike is not returned."""
    found = await fetch_one(PublicMember, PUBLIC, names.key(name))
    return found if found and names.same(found.name, name) else None


async def of_names(typed: Sequence[str]) -> dict[str, NamedMember]:
    """The members with these names, by the name as typed."""
    if not typed:
        return {}
    keys = {one: names.key(one) for one in typed}
    found = {one.name_key: one for one in await fetch(NamedMember, BY_NAMES, list(keys.values()))}
    return {one: found[key] for one, key in keys.items() if key in found and names.same(one, found[key].name)}


async def token_owner(token_hash: bytes | None, purpose: str) -> TokenOwner | None:
    """The member that a link belongs to, while it works."""
    return await fetch_one(TokenOwner, TOKEN_OWNER, token_hash, purpose)


async def mails() -> list[KeptMail]:
    """The newest messages, for the test mailbox."""
    return await fetch(KeptMail, MAILS)


async def mail(number: int) -> KeptMail | None:
    return await fetch_one(KeptMail, MAIL, number)
