"""Queries for a member's votes, and for a recount of all votes on comments."""

from collections.abc import Iterable, Sequence

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments.published_answers import Tally, shares
from parley.platform import db

# A vote `v` of agreement on comment `c` is about one wording of it. A vote of quality holds for all of them.
IS_ABOUT_CURRENT_WORDING = "(v.axis = 'quality' or v.wording = c.wording)"
VOTE_COLUMNS = """
    c.id as comment, max(v.value) filter (where v.axis = 'quality') as quality,
    max(v.value) filter (where v.axis = 'agreement') as agreement, c.published
"""
# Runs for every thread page that a member opens.
SELECT_VOTES_IN_THREAD = f"""
select {VOTE_COLUMNS} from vote v join comment c on c.id = v.comment
where v.member = $1 and v.thread = $2 and {IS_ABOUT_CURRENT_WORDING} group by c.id
"""  # noqa: S608 constants only
# The subselect keeps PostgreSQL from planning anew for each length of the list (comments/queries.py: SELECT_COMMENTS).
SELECT_VOTES_ON_COMMENTS = f"""
select {VOTE_COLUMNS} from vote v join comment c on c.id = v.comment
where v.member = $1 and v.comment = any((select $2::bigint[])::bigint[]) and {IS_ABOUT_CURRENT_WORDING} group by c.id
"""  # noqa: S608 constants only
SELECT_DIFFERING_RECOUNTS = f"""
select c.id as comment, r.ups, r.downs, r.agrees, r.disagrees, r.unsure
from comment c cross join lateral (
    select count(*) filter (where axis = 'quality' and value = 1) as ups,
           count(*) filter (where axis = 'quality' and value = -1) as downs,
           count(*) filter (where axis = 'agreement' and value = 1) as agrees,
           count(*) filter (where axis = 'agreement' and value = -1) as disagrees,
           count(*) filter (where axis = 'agreement' and value = 0) as unsure
    from vote v where comment = c.id and counted and {IS_ABOUT_CURRENT_WORDING}
) r
where c.id > $1 and c.id <= $2
  and (c.ups, c.downs, c.agrees, c.disagrees, c.unsure)
      is distinct from (r.ups, r.downs, r.agrees, r.disagrees, r.unsure)
"""  # noqa: S608 constants only


class VoteRow(msgspec.Struct, frozen=True):
    """A member's votes on one comment, and the published answers to it."""

    comment: int
    quality: int | None
    agreement: int | None
    published: list[int]


async def votes_in_thread(member: int, thread: int) -> dict[int, ViewerState]:
    """A member's votes in a thread, as viewer states by comment."""
    return viewer_states(await db.fetch(VoteRow, SELECT_VOTES_IN_THREAD, member, thread))


async def votes_on_comments(member: int, comments: Sequence[int]) -> dict[int, ViewerState]:
    """A member's votes on these comments, as viewer states by comment."""
    return viewer_states(await db.fetch(VoteRow, SELECT_VOTES_ON_COMMENTS, member, list(comments)))


def viewer_states(rows: Iterable[VoteRow]) -> dict[int, ViewerState]:
    return {row.comment: viewer_state(row.quality, row.agreement, row.published) for row in rows}


def viewer_state(quality: int | None, agreement: int | None, published: Sequence[int]) -> ViewerState:
    """A member's votes on a comment and, if they answered, the published answers (`comment.published`)."""
    *answers, _total_compared = published
    return ViewerState(quality, agreement, shares(Tally(*answers)) if agreement is not None else None)


class Recount(msgspec.Struct, frozen=True):
    """The correct counters of a comment whose stored ones differ."""

    comment: int
    ups: int
    downs: int
    agrees: int
    disagrees: int
    unsure: int


async def differing_recounts(above: int, upto: int) -> list[Recount]:
    """The recounts of comments with ids in (above, upto] whose counters differ."""
    return await db.fetch(Recount, SELECT_DIFFERING_RECOUNTS, above, upto)
