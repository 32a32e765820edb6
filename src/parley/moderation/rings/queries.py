"""Voting rings with their evidence."""

from datetime import datetime

import msgspec

from parley.moderation.rings.jobs import DAYS
from parley.moderation.rings.tables import VoteRing
from parley.platform import db

MOST_LISTED = 50
SELECT_RINGS = f"""
select id, members, share, share_of_others from vote_ring where dismissed_at is null
order by cardinality(members) desc, id limit {MOST_LISTED}
"""  # noqa: S608 constants only
SELECT_MEMBERS = """
with upvotes as (
    select v.member, c.author, count(*) as votes from vote v join comment c on c.id = v.comment
    where v.axis = 'quality' and v.value = 1 and v.counted and v.changed_at > now() - $2 * interval '1 day'
      and c.author <> v.member and (v.member = any($1::bigint[]) or c.author = any($1)) group by 1, 2
)
select m.name, m.state, m.created_at, coalesce(sum(u.votes) filter (where u.member = m.id), 0)::int as given,
       coalesce(sum(u.votes) filter (where u.member = m.id and u.author = any($1)), 0)::int as given_inside,
       coalesce(sum(u.votes) filter (where u.author = m.id), 0)::int as received,
       coalesce(sum(u.votes) filter (where u.author = m.id and u.member = any($1)), 0)::int as received_inside
from member m left join upvotes u on m.id in (u.member, u.author)
where m.id = any($1) group by m.id order by given_inside desc, m.id
"""


class RingRow(msgspec.Struct, frozen=True):
    """A ring that nobody has dismissed; shares as in `tables.py`."""

    id: int
    members: list[int]
    share: float
    share_of_others: float


class RingMember(msgspec.Struct, frozen=True):
    """Upvotes that a member gave and received in thirty days, and how many of them inside the ring."""

    name: str
    state: str
    created_at: datetime
    given: int
    given_inside: int
    received: int
    received_inside: int


async def rings() -> list[tuple[RingRow, list[RingMember]]]:
    """The rings, the largest first, each with its members."""
    rows = await db.fetch(RingRow, SELECT_RINGS)
    return [(row, await db.fetch(RingMember, SELECT_MEMBERS, row.members, DAYS)) for row in rows]


async def count() -> int:
    """How many rings wait for a moderator's judgement."""
    number: int = await VoteRing.count().where(VoteRing.dismissed_at.is_null())
    return number
