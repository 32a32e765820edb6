"""Voting. One statement writes the vote and the comment's counters, so that they never differ."""

import msgspec

from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.events.notify import Signal, notify
from parley.core.http.access import Viewer, may_write
from parley.perspectives.publishing import Published, Tally, publish

# The counters of each axis, with the value of a vote that each counts. Agreement 0 is "pass"; there is no quality 0.
COUNTERS = {
    "quality": {"ups": 1, "downs": -1},
    "agreement": {"agrees": 1, "disagrees": -1, "passes": 0},
}
AXES = tuple(COUNTERS)


class VotedComment(msgspec.Struct, frozen=True):
    """The comment that was voted on, and whether its counters changed."""

    thread: int
    thread_state: str
    author: int | None
    state: str
    is_counted: bool


# Every statement locks the vote's row before the comment's, which prevents deadlocks. The CTE `changed` has the value
# that was counted before and the one that counts now; null counts nothing.
TARGET = """
with target as (
    select c.id, c.thread, c.author, c.state, t.state as thread_state
    from comment c join thread t on t.id = c.thread where c.id = $1
), votable as (
    select id, thread from target where author is distinct from $2 and state = 'visible' and thread_state <> 'archived'
), """
UPSERT = """changed as (
    insert into vote (comment, thread, member, axis, value, counted)
    select id, thread, $2, $3, $4, $5 from votable
    on conflict (comment, member, axis) do update
    set former = case when vote.counted then vote.value end,
        value = excluded.value, counted = excluded.counted, changed_at = now()
    returning comment, former, case when counted then value end as current
)"""
DELETE = """changed as (
    delete from vote using votable where comment = votable.id and member = $2 and axis = $3
    returning comment, case when counted then value end as former, null::smallint as current
)"""
CONFIRM = """with changed as (
    update vote set counted = true, former = null where id = $1 and not counted
    returning comment, former, value as current
)"""
RESULT = "select thread, thread_state, author, state, exists (select from counted) as is_counted from target"
PUBLISH = """
update comment set published = $3 where id = $1 and published = $2
"""
ANSWERS = "select agrees, disagrees, passes, published from comment where id = $1"


# Only scores are live. An answer is published later, with others (perspectives/publishing.py).
SCORED = {"quality": ", scored_at = clock_timestamp()"}


def _count(axis: str) -> str:
    """The CTE that subtracts the former vote from an axis's counters and adds the current one."""
    changes = [
        f"{name} = {name} + (current is not distinct from {value})::int - (former is not distinct from {value})::int"
        for name, value in COUNTERS[axis].items()
    ]
    return f""", counted as (
    update comment set {", ".join(changes)}{SCORED.get(axis, "")} from changed
    where comment.id = changed.comment and current is distinct from former returning thread
)"""  # noqa: S608 constants only


COUNT = {axis: _count(axis) for axis in AXES}
THREAD = "select thread from counted"


async def cast_vote(*, viewer: Viewer, comment_id: int, axis: str, value: int | None) -> None:
    """Set the viewer's vote on one axis; None deletes it. Votes of unverified members are stored but not counted.

    Raises NotFound, Forbidden for the viewer's own comment and for silenced members, Refused for a comment that is
    removed or archived.
    """
    may_write(viewer)
    if value is None:
        voted = await db.fetch_one(VotedComment, TARGET + DELETE + COUNT[axis] + RESULT, comment_id, viewer.id, axis)
    else:
        known = (comment_id, viewer.id, axis, value, viewer.verified)
        voted = await db.fetch_one(VotedComment, TARGET + UPSERT + COUNT[axis] + RESULT, *known)
    if voted is None:
        raise NotFound("This comment does not exist.")
    _may_vote(viewer, voted)
    if voted.is_counted:
        await _announce(voted.thread, comment_id, axis)


async def _announce(thread: int, comment: int, axis: str) -> None:
    if axis == "agreement":
        await publish_answers(comment)
    else:
        await db.when_committed(lambda: notify(Signal(thread, scores=True)))


class Answers(msgspec.Struct, frozen=True):
    """A comment's exact answers, and what of them is published, as the column holds it."""

    agrees: int
    disagrees: int
    passes: int
    published: list[int]


async def publish_answers(comment: int) -> None:
    """Publish a comment's answers if a step of them is full."""
    found = await db.fetch_one(Answers, ANSWERS, comment)
    if found is None:
        return
    *counts, looked_at = found.published
    after = publish(Published(Tally(*counts), looked_at), Tally(found.agrees, found.disagrees, found.passes))
    column = [*msgspec.structs.astuple(after.tally), after.looked_at]
    if column != found.published:
        await db.execute(PUBLISH, comment, found.published, column)


def _may_vote(viewer: Viewer, voted: VotedComment) -> None:
    """Raise the reason why nothing was written. The statement has the same conditions."""
    if voted.author == viewer.id:
        raise Forbidden("Nobody can vote on their own comment.")
    if voted.state != "visible":
        raise Refused("This comment no longer exists, so your vote was not counted.")
    if voted.thread_state == "archived":
        raise Refused("This thread is archived; its votes stay as they are.")


class WaitingVote(msgspec.Struct, frozen=True):
    id: int
    comment: int
    axis: str


WAITING = "select id, comment, axis from vote where member = $1 and not counted order by comment, axis"


async def count_waiting(member: int) -> None:
    """Count the votes that a member cast before their address was verified, in the caller's transaction."""
    async with db.atomic():
        for vote in await db.fetch(WaitingVote, WAITING, member):
            thread = await db.value(CONFIRM + COUNT[vote.axis] + THREAD, vote.id)
            if thread is not None:
                await _announce(thread, vote.comment, vote.axis)
