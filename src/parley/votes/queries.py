"""Reading a member's votes, and recounting all votes of a comment."""

import msgspec

from parley.core import db


class VoteRow(msgspec.Struct, frozen=True):
    comment: int
    axis: str
    value: int


# A vote `v` on comment `c` that is about its present words: those of agreement end with the wording.
IS_PRESENT = "(v.axis = 'quality' or v.version = c.wording)"
# Hot: on every page of a thread for members.
IN_THREAD = f"""
select v.comment, v.axis, v.value from vote v join comment c on c.id = v.comment
where v.member = $1 and v.thread = $2 and {IS_PRESENT}
"""  # noqa: S608 constants only
ON_COMMENT = f"""
select v.comment, v.axis, v.value from vote v join comment c on c.id = v.comment
where v.member = $1 and v.comment = $2 and {IS_PRESENT}
"""  # noqa: S608 constants only


async def own_in_thread(member: int, thread: int) -> dict[int, dict[str, int]]:
    """A member's votes in a thread, by comment and axis."""
    rows = await db.fetch(VoteRow, IN_THREAD, member, thread)
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
    unsure: int


RECOUNT = f"""
select c.id as comment, r.ups, r.downs, r.agrees, r.disagrees, r.unsure
from comment c left join lateral (
    select count(*) filter (where axis = 'quality' and value = 1) as ups,
           count(*) filter (where axis = 'quality' and value = -1) as downs,
           count(*) filter (where axis = 'agreement' and value = 1) as agrees,
           count(*) filter (where axis = 'agreement' and value = -1) as disagrees,
           count(*) filter (where axis = 'agreement' and value = 0) as unsure
    from vote v where comment = c.id and counted and {IS_PRESENT}
) r on true
where c.id > $1 and c.id <= $2
  and (c.ups, c.downs, c.agrees, c.disagrees, c.unsure)
      is distinct from (r.ups, r.downs, r.agrees, r.disagrees, r.unsure)
"""  # noqa: S608 constants only


async def drifted(above: int, upto: int) -> list[Drift]:
    """The recounts of comments with ids in (above, upto] whose counters differ."""
    return await db.fetch(Drift, RECOUNT, above, upto)


async def own_on(member: int, comment: int) -> dict[str, int]:
    """A member's votes on one comment, by axis."""
    rows = await db.fetch(VoteRow, ON_COMMENT, member, comment)
    return {row.axis: row.value for row in rows}
