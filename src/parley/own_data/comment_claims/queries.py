"""Imported comments that members can claim, and claims that moderators decide."""

from datetime import datetime

import msgspec

from parley.discussion.other_sites import imported_addresses
from parley.people.accounts import queries as accounts
from parley.platform import db

# Where a comment `c` was imported from: the beginning of its id there (discussion/other_sites/formats).
SOURCE = "case when strpos(c.imported_id, ':') > 0 then split_part(c.imported_id, ':', 1) else '' end"
HAS_ADDRESS = "exists (select from imported_address i where i.comment = c.id)"
# $1 the hashes of an address, $2 a member. `claim` is the confirmed claim by which a comment is theirs, if one is.
OF_MEMBER = f"""(
  select c.id, c.thread, c.imported_author, null::bigint as claim
  from imported_address i join comment c on c.id = i.comment
  where i.digest = any($1::bytea[]) and c.author is null and c.state = 'visible'
  union all
  select c.id, c.thread, c.imported_author, k.id as claim
  from imported_claim k join comment c on c.imported_author = k.name and {SOURCE} = k.source
  where k.member = $2 and k.state = 'confirmed' and c.author is null and c.state = 'visible' and not {HAS_ADDRESS}
)"""  # noqa: S608 constants only
SELECT_NAMES = f"""
select t.id as thread, t.slug, t.title, one.name, one.count from (
  select c.thread, c.imported_author as name, count(*) as count from {OF_MEMBER} c group by 1, 2
) one join thread t on t.id = one.thread order by one.count desc, t.id, one.name limit 200
"""  # noqa: S608 constants only
SELECT_AUTHOR = f"""
select {SOURCE} as source, c.imported_author as name, {HAS_ADDRESS} as has_address
from comment c where c.id = $1 and c.state = 'visible' and c.imported_author is not null
"""  # noqa: S608 constants only
SELECT_CLAIMS = f"""
select k.id, k.member, m.name as member_name, k.source, k.name, k.page, k.token, k.state, k.comments, k.created_at,
       found.count + cardinality(k.comments) as count, found.thread
from imported_claim k join member m on m.id = k.member
cross join lateral (
  select count(*) as count, max(c.thread) as thread from comment c
  where c.imported_author = k.name and {SOURCE} = k.source and c.author is null and c.state = 'visible'
    and not {HAS_ADDRESS}
) found
"""  # noqa: S608 constants only
# For the queue (columns: moderation/modqueue/kinds.py).
WAITING_CLAIMS = """
    select k.id, null as thread, m.name as who, k.created_at as since, null as blocked, null as holder, null as action,
           k.name as words
    from imported_claim k join member m on m.id = k.member where k.state = 'waiting' and k.member <> $1
"""


class Claimable(msgspec.Struct, frozen=True):
    """Comments of one name in a thread, written elsewhere by the member."""

    thread: int
    slug: str
    title: str
    name: str | None
    count: int


class ImportedClaimRow(msgspec.Struct, frozen=True):
    """A member's claim to be the author `name` of another site, with how many comments it is or would be about."""

    id: int
    member: int
    member_name: str
    source: str
    name: str
    page: str
    token: str
    state: str
    comments: list[int]
    created_at: datetime
    count: int
    thread: int | None


class ImportedAuthor(msgspec.Struct, frozen=True):
    """The author of an imported comment, and whether the address is known with which it was written."""

    source: str
    name: str
    has_address: bool


async def address_of(member: int) -> list[bytes]:
    """Return the hashes of a member's address; none unless they have confirmed it."""
    email = await accounts.email_of(member)
    return imported_addresses.digests(email) if email else []


async def claimable(member: int) -> list[Claimable]:
    """Return the comments that a member can claim, most of a thread first."""
    return await db.fetch(Claimable, SELECT_NAMES, await address_of(member), member)


async def author_of(comment: int) -> ImportedAuthor | None:
    """Return the author of an imported comment that readers see and nobody has claimed."""
    return await db.fetch_one(ImportedAuthor, SELECT_AUTHOR, comment)


async def claim(number: int) -> ImportedClaimRow | None:
    return await db.fetch_one(ImportedClaimRow, f"{SELECT_CLAIMS} where k.id = $1", number)


async def claims_of(member: int) -> list[ImportedClaimRow]:
    return await db.fetch(ImportedClaimRow, f"{SELECT_CLAIMS} where k.member = $1 order by k.id desc", member)


async def confirmed_claims() -> list[ImportedClaimRow]:
    return await db.fetch(
        ImportedClaimRow, f"{SELECT_CLAIMS} where k.state = 'confirmed' order by k.decided_at desc limit 50"
    )
