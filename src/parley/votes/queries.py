"""Reading a member's votes, and recounting all votes of a comment."""

from collections.abc import Sequence

import msgspec

from parley.core import db
from parley.votes.tables import Vote


class VoteRow(msgspec.Struct, frozen=True):
    comment: int
    axis: str
    value: int


# Hot: on every page of a thread for members.
IN_THREAD = "select comment, axis, value from vote where member = $1 and thread = $2"


async def own_in_thread(member: int, thread: int) -> dict[int, dict[str, int]]:
    """A member's votes in a thread, by comment and axis."""
    return _by_comment(await db.fetch(VoteRow, IN_THREAD, member, thread))


ON_EACH = "select comment, axis, value from vote where member = $1 and comment = any($2::bigint[])"


async def own_on_each(member: int, comments: Sequence[int]) -> dict[int, dict[str, int]]:
    """A member's votes on these comments, by comment and axis."""
    return _by_comment(await db.fetch(VoteRow, ON_EACH, member, list(comments)))


def _by_comment(rows: list[VoteRow]) -> dict[int, dict[str, int]]:
    votes: dict[int, dict[str, int]] = {}
    for row in rows:
        votes.setdefault(row.comment, {})[row.axis] = row.value
    return votes


class Drift(msgspec.Struct, frozen=True):
    """The recount of a comment whose counters differ from it."""

    comment: int
    ups: int
    downs: int
    agrees: int
    disagrees: int
    passes: int


RECOUNT = """
select c.id as comment, r.ups, r.downs, r.agrees, r.disagrees, r.passes
from comment c left join lateral (
    select count(*) filter (where axis = 'quality' and value = 1) as ups,
           count(*) filter (where axis = 'quality' and value = -1) as downs,
           count(*) filter (where axis = 'agreement' and value = 1) as agrees,
           count(*) filter (where axis = 'agreement' and value = -1) as disagrees,
           count(*) filter (where axis = 'agreement' and value = 0) as passes
    from vote where comment = c.id and counted
) r on true
where c.id > $1 and c.id <= $2
  and (c.ups, c.downs, c.agrees, c.disagrees, c.passes)
      is distinct from (r.ups, r.downs, r.agrees, r.disagrees, r.passes)
"""


async def drifted(above: int, upto: int) -> list[Drift]:
    """The recounts of comments with ids in (above, upto] whose counters differ."""
    return await db.fetch(Drift, RECOUNT, above, upto)


async def own_on(member: int, comment: int) -> dict[str, int]:
    """A member's votes on one comment, by axis."""
    rows = await db.fetch(VoteRow, Vote.select().where(Vote.member == member, Vote.comment == comment))
    return {row.axis: row.value for row in rows}
