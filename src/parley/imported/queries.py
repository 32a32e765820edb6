"""The imported comments that a member can claim."""

import msgspec

from parley.comments import imported_addresses
from parley.core import db


class Claimable(msgspec.Struct, frozen=True):
    """Comments of one name in a thread, written elsewhere with the member's address."""

    thread: int
    slug: str
    title: str
    name: str | None
    count: int


# $1 the hash of an address.
OF_ADDRESS = "imported_address i join comment c on c.id = i.comment where i.digest = $1 and c.author is null"
LIST = f"""
select t.id as thread, t.slug, t.title, one.name, one.count from (
  select c.thread, c.imported_author as name, count(*) as count from {OF_ADDRESS} and c.state = 'visible' group by 1, 2
) one join thread t on t.id = one.thread order by one.count desc, t.id, one.name limit 200
"""  # noqa: S608 constants only
EMAIL = "select email from member where id = $1 and state = 'active'"


async def address_of(member: int) -> bytes | None:
    """Return the hash of a member's address; None unless they have confirmed it."""
    email: str | None = await db.value(EMAIL, member)
    return imported_addresses.digest(email) if email else None


async def claimable(member: int) -> list[Claimable]:
    """Return the comments that a member can claim, most of a thread first."""
    address = await address_of(member)
    return await db.fetch(Claimable, LIST, address) if address else []
