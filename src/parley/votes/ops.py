"""Voting. The counters on the comment change in the statement that writes the vote, so they never drift."""

from functools import partial

import msgspec

from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.events.notify import Signal, notify
from parley.core.http.access import Viewer, may_write

# What each axis counts, by value. A quality vote of 0 is no vote; an agreement vote of 0 is "pass".
COUNTERS = {
    "quality": {"ups": 1, "downs": -1},
    "agreement": {"agrees": 1, "disagrees": -1, "passes": 0},
}
AXES = tuple(COUNTERS)


class VotedComment(msgspec.Struct, frozen=True):
    """The comment that was voted on, and whether its counters moved."""

    thread: int
    thread_state: str
    author: int | None
    state: str
    moved: bool


# The vote's row is written first and the comment's after it, everywhere: that order keeps voters from waiting for each
# other in a circle. Each CTE `changed` says what counted before and counts now; null counts nothing.
PLACE = """
with place as (
    select c.id, c.thread, c.author, c.state, t.state as thread_state
    from comment c join thread t on t.id = c.thread where c.id = $1
), votable as (
    select id, thread from place where author is distinct from $2 and state = 'visible' and thread_state <> 'archived'
), """
PUT = """changed as (
    insert into vote (comment, thread, member, axis, value, counted)
    select id, thread, $2, $3, $4, $5 from votable
    on conflict (comment, member, axis) do update
    set former = case when vote.counted then vote.value end,
        value = excluded.value, counted = excluded.counted, changed_at = now()
    returning comment, former, case when counted then value end as current
)"""
TAKE = """changed as (
    delete from vote using votable where comment = votable.id and member = $2 and axis = $3
    returning comment, case when counted then value end as former, null::smallint as current
)"""
CONFIRM = """with changed as (
    update vote set counted = true, former = null where id = $1 and not counted
    returning comment, former, value as current
)"""
MOVED = "select thread, thread_state, author, state, exists (select from counted) as moved from place"


def _count(axis: str) -> str:
    """The CTE that takes what counted before from an axis's counters, and adds what counts now."""
    moves = [
        f"{name} = {name} + (current is not distinct from {value})::int - (former is not distinct from {value})::int"
        for name, value in COUNTERS[axis].items()
    ]
    return f""", counted as (
    update comment set {", ".join(moves)}, scored_at = clock_timestamp() from changed
    where comment.id = changed.comment and current is distinct from former returning thread
)"""  # noqa: S608 made of our own constants


COUNT = {axis: _count(axis) for axis in AXES}
THREAD = "select thread from counted"


async def cast_vote(*, viewer: Viewer, comment_id: int, axis: str, value: int | None) -> None:
    """Set the viewer's vote on one axis; None takes it back. Unverified members' votes are kept uncounted.

    Raises NotFound, Forbidden for one's own comment and whoever is silenced, Refused where nothing is left to vote on.
    """
    may_write(viewer)
    if value is None:
        place = await db.fetch_one(VotedComment, PLACE + TAKE + COUNT[axis] + MOVED, comment_id, viewer.id, axis)
    else:
        known = (comment_id, viewer.id, axis, value, viewer.verified)
        place = await db.fetch_one(VotedComment, PLACE + PUT + COUNT[axis] + MOVED, *known)
    if place is None:
        raise NotFound("This comment does not exist.")
    _may_vote(viewer, place)
    if place.moved:
        await db.when_committed(lambda: notify(Signal(place.thread, scores=True)))


def _may_vote(viewer: Viewer, place: VotedComment) -> None:
    """Say why nothing was written; the statement asks the same."""
    if place.author == viewer.id:
        raise Forbidden("Nobody can vote on their own comment.")
    if place.state != "visible":
        raise Refused("This comment no longer exists, so your vote was not counted.")
    if place.thread_state == "archived":
        raise Refused("This thread is archived; its votes stay as they are.")


class WaitingVote(msgspec.Struct, frozen=True):
    id: int
    axis: str


WAITING = "select id, axis from vote where member = $1 and not counted order by comment, axis"


async def count_waiting(member: int) -> None:
    """Count the votes that a member cast before their address was verified. Runs in the caller's transaction."""
    async with db.atomic():
        for vote in await db.fetch(WaitingVote, WAITING, member):
            thread = await db.value(CONFIRM + COUNT[vote.axis] + THREAD, vote.id)
            if thread is not None:
                db.after_commit(partial(notify, Signal(thread, scores=True)))
