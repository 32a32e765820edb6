"""What a member's page of a thread shows of them, read in one query."""

from collections.abc import Mapping

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments import queries as comments
from parley.discussion.threads import queries as threads
from parley.discussion.votes import queries as votes
from parley.letters.notifications import queries as notifications
from parley.platform import db


def _rows(query: str) -> str:
    return f"(select coalesce(json_agg(r), '[]') from ({query}) r)"  # noqa: S608 constants only


# Hot: on every page of a thread for members. Four round trips took a fifth of its time.
SELECT_READER = f"""
select json_build_object(
    'votes', {_rows(votes.SELECT_VOTES_IN_THREAD)}, 'visits', {_rows(threads.SELECT_VISIT)},
    'held', {_rows(comments.SELECT_HELD_COMMENTS)}, 'follows', {_rows(notifications.SELECT_FOLLOWING)}
)::text
"""


class _Rows(msgspec.Struct, frozen=True):
    votes: list[votes.VoteRow]
    visits: list[threads.VisitRow]
    held: list[comments.HeldComment]
    follows: list[notifications.FollowState]


class Reader(msgspec.Struct, frozen=True):
    """A member in a thread: votes by comment, former visit, comments that nobody else sees, and what they follow."""

    votes: Mapping[int, ViewerState]
    visit: threads.VisitRow | None
    held: list[comments.HeldComment]
    following: notifications.FollowState


async def reader_of(member: int, thread: int) -> Reader:
    rows = msgspec.json.decode(await db.value(SELECT_READER, member, thread), type=_Rows)
    visit = next(iter(rows.visits), None)
    following = next(iter(rows.follows), notifications.FollowState())
    return Reader(votes.viewer_states(rows.votes), visit, rows.held, following)
