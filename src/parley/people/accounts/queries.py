"""Reading members."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from parley.people.accounts import addresses, names
from parley.people.accounts.states import MAY_RETURN, STATE_NOW
from parley.people.accounts.tables import Member
from parley.platform.db import fetch, fetch_one, value

SELECT_ACCOUNT = f"""
select id, name, email, role, {STATE_NOW} as state, state_until, state_reason, password_hash, title, bio, assisted,
       in_maps, has_feed, erase_at
from member where {{}}
"""  # noqa: S608 no value in it
IS_UNVERIFIED = "email_key = $1 and state = 'unverified' order by id desc limit 1"
# A former name leads to its member, too, and nobody else can have it (renaming.py).
HAS_NAME = "(name_key = $1 or id = (select member from former_name where name_key = $1))"
SELECT_PUBLIC_MEMBER = f"""
select id, name, role, {STATE_NOW} as state, title, bio, created_at, has_feed,
       (select f.name from former_name f where f.name_key = $1) as former
from member where {HAS_NAME} and state not in ('deactivated', 'anonymised')
"""  # noqa: S608 no value in it
SELECT_MEMBERS_BY_NAME = """
select m.id, m.name, called.name as called, called.name_key
from (select id as member, name, name_key from member where name_key = any($1::text[])
      union select member, name, name_key from former_name where name_key = any($1::text[])) called
join member m on m.id = called.member
where m.state not in ('unverified', 'deactivated', 'anonymised')
"""
# Decides which page to show; mailed_links.use() checks the token again when it is used up.
SELECT_TOKEN_OWNER = f"""
select member.id, member.name, member.email, member.role, member.state,
  member.password_hash is not null as has_password
from token join member on member.id = token.member
where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()
  and {MAY_RETURN}
"""  # noqa: S608 no value in it
SELECT_BLOCKS_BETWEEN = """
select member = $1 as is_own from block
where kind = 'block' and (member = $1 and other = $2 or member = $2 and other = $1)
order by is_own limit 1
"""
# Whether the last hour had more sign-ups than $1, and more than five times the hourly average of the 71 hours before.
# Each sign-up has a link that confirms the address; these links are stored for four days.
IS_RUSH = """
select count(*) filter (where created_at > now() - interval '1 hour')
  > greatest($1, 5 * count(*) filter (where created_at <= now() - interval '1 hour') / 71.0)
from token where purpose = 'verify' and created_at > now() - interval '72 hours'
"""


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
    # When the account is erased, if its member requested that.
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
    # The name by which they were found, if it is a former one.
    former: str | None = None


class NamedMember(msgspec.Struct, frozen=True):
    """A member, found by their name or a former one: `called`."""

    id: int
    name: str
    called: str
    name_key: str


class LinkOwner(msgspec.Struct, frozen=True):
    id: int
    name: str
    email: str
    role: str
    state: str
    has_password: bool


async def lock(member: int) -> None:
    """Lock a member in the open transaction: of two changes to what is theirs, the second waits."""
    await Member.select(Member.id).where(Member.id == member).lock_rows("NO KEY UPDATE")


async def account(member: int) -> Account | None:
    return await fetch_one(Account, SELECT_ACCOUNT.format("id = $1"), member)


async def by_login(login: str) -> list[Account | None]:
    """The accounts that a name or an address may belong to.

    For an address always two: the member who confirmed it, and the last one who claims it without proof. So neither
    the answer nor its time shows whether the first exists.
    """
    if "@" not in login:
        return [await fetch_one(Account, SELECT_ACCOUNT.format(HAS_NAME), names.key(login))]
    return [await by_email(login), await fetch_one(Account, SELECT_ACCOUNT.format(IS_UNVERIFIED), addresses.key(login))]


async def by_email(email: str) -> Account | None:
    """The member who confirmed this address."""
    return await fetch_one(
        Account, SELECT_ACCOUNT.format("email_key = $1 and state <> 'unverified'"), addresses.key(email)
    )


async def email_of(member: int) -> str | None:
    """Return the member's address; None for one who left or was suspended."""
    email: str | None = await value(Member.select(Member.email).where(Member.id == member, Member.state == "active"))
    return email


async def by_name(name: str) -> PublicMember | None:
    """The member of this name, present or former, in any case. One whose name only looks alike is not returned."""
    if not name.isprintable():
        return None
    row = await fetch_one(PublicMember, SELECT_PUBLIC_MEMBER, names.key(name))
    return row if row and any(names.same(spelling, name) for spelling in (row.name, row.former or "")) else None


async def of_names(typed: Sequence[str]) -> dict[str, NamedMember]:
    """The members with these names, present or former, by the name as typed."""
    if not typed:
        return {}
    keys = {name: names.key(name) for name in typed}
    rows = await fetch(NamedMember, SELECT_MEMBERS_BY_NAME, list(keys.values()))
    return {
        typed_name: member
        for typed_name, key in keys.items()
        for member in rows
        if member.name_key == key and names.same(typed_name, member.called)
    }


async def token_owner(token_hash: bytes | None, purpose: str) -> LinkOwner | None:
    """The member that a link belongs to, while it works."""
    return await fetch_one(LinkOwner, SELECT_TOKEN_OWNER, token_hash, purpose)
