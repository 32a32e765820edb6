"""Reading a member's votes, and recounting all votes of a comment."""

from collections.abc import Iterable, Sequence

import msgspec

from parley.comments.fragments import ViewerState
from parley.core import db
from parley.perspectives.publishing import Tally, shares


class VotesRow(msgspec.Struct, frozen=True):
    """A member's votes on one comment, and the published answers to it."""

    comment: int
    quality: int | None
    agreement: int | None
    published: list[int]


# A vote `v` of agreement on comment `c` is about one wording of it. A vote of quality holds for all of them.
IS_ABOUT_CURRENT_WORDING = "(v.axis = 'quality' or v.wording = c.wording)"
VOTE_COLUMNS = """
    c.id as comment, max(v.value) filter (where v.axis = 'quality') as quality,
    max(v.value) filter (where v.axis = 'agreement') as agreement, c.published
"""
# Read for every page of a thread that a member opens, so it is SQL.
SELECT_VOTES_IN_THREAD = f"""
select {VOTE_COLUMNS} from vote v join comment c on c.id = v.comment
where v.member = $1 and v.thread = $2 and {IS_ABOUT_CURRENT_WORDING} group by c.id
"""  # noqa: S608 constants only
# The subselect is for the plan (comments/queries.py: SELECT_COMMENTS).
SELECT_VOTES_ON_COMMENTS = f"""
select {VOTE_COLUMNS} from vote v join comment c on c.id = v.comment
where v.member = $1 and v.comment = any((select $2::bigint[])::bigint[]) and {IS_ABOUT_CURRENT_WORDING} group by c.id
"""  # noqa: S608 constants only


async def viewer_states_in_thread(member: int, thread: int) -> dict[int, ViewerState]:
    """A member's votes in a thread, by comment."""
    return viewer_states(await db.fetch(VotesRow, SELECT_VOTES_IN_THREAD, member, thread))


async def viewer_states_of(member: int, comments: Sequence[int]) -> dict[int, ViewerState]:
    """A member's votes on these comments, by comment."""
    return viewer_states(await db.fetch(VotesRow, SELECT_VOTES_ON_COMMENTS, member, list(comments)))


def viewer_states(rows: Iterable[VotesRow]) -> dict[int, ViewerState]:
    """Return a member's votes by comment."""
    return {row.comment: viewer_state(row.quality, row.agreement, row.published) for row in rows}


def viewer_state(quality: int | None, agreement: int | None, published: Sequence[int]) -> ViewerState:
    """Return a member's votes on a comment; how others answered is shown to those who answered themselves."""
    answers = shares(Tally(*published[:3])) if agreement is not None else None
    return ViewerState(quality, agreement, answers)


class Drift(msgspec.Struct, frozen=True):
    """The recount of a comment whose counters differ from it."""

    comment: int
    ups: int
    downs: int
    agrees: int
    disagrees: int
    unsure: int


SELECT_DRIFTED = f"""
select c.id as comment, r.ups, r.downs, r.agrees, r.disagrees, r.unsure
from comment c left join lateral (
    select count(*) filter (where axis = 'quality' and value = 1) as ups,
           count(*) filter (where axis = 'quality' and value = -1) as downs,
           count(*) filter (where axis = 'agreement' and value = 1) as agrees,
           count(*) filter (where axis = 'agreement' and value = -1) as disagrees,
           count(*) filter (where axis = 'agreement' and value = 0) as unsure
    from vote v where comment = c.id and counted and {IS_ABOUT_CURRENT_WORDING}
) r on true
where c.id > $1 and c.id <= $2
  and (c.ups, c.downs, c.agrees, c.disagrees, c.unsure)
      is distinct from (r.ups, r.downs, r.agrees, r.disagrees, r.unsure)
"""  # noqa: S608 constants only


async def drifted(above: int, upto: int) -> list[Drift]:
    """The recounts of comments with ids in (above, upto] whose counters differ."""
    return await db.fetch(Drift, SELECT_DRIFTED, above, upto)
