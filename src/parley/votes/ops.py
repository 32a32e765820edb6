"""Voting. One statement writes the vote and the comment's counters, so that they never differ."""

import msgspec

from parley.comments.fragments import ViewerState
from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.events.notify import Signal, notify
from parley.core.http.access import Viewer, require_write_allowed
from parley.core.text.messages import N_
from parley.perspectives.publishing import PublishedTally, Tally, publish
from parley.votes.queries import viewer_state

# The counters of each axis, with the value of a vote that each counts. Agreement 0 is "unsure"; there is no quality 0.
COUNTERS = {
    "quality": {"ups": 1, "downs": -1},
    "agreement": {"agrees": 1, "disagrees": -1, "unsure": 0},
}
AXES = tuple(COUNTERS)


class Reworded(Refused):
    """The comment has another wording than the one that the member read."""


class AnswerTally(msgspec.Struct, frozen=True):
    """The exact counts of answers to a comment, and the `published` ones as the column holds them."""

    agrees: int
    disagrees: int
    unsure: int
    published: list[int]


class VotedComment(AnswerTally, frozen=True):
    """The comment after the vote, whether its counters changed, and the member's vote on the `other` axis."""

    score: int
    is_counted: bool
    thread: int
    thread_state: str
    author: int | None
    state: str
    depth: int
    wording: int
    other: int | None


class CastVote(msgspec.Struct, frozen=True):
    """What the voter sees after the vote: the comment's score and their own votes on it. `depth` is the comment's."""

    id: int
    depth: int
    score: int
    viewer_state: ViewerState


# Every statement locks the vote's row before the comment's, which prevents deadlocks. The CTE `changed` has the value
# that was counted before and the one that counts now; null counts nothing. A vote of agreement about an earlier wording
# does not count any more.
TARGET = """
with target as (
    select c.id, c.thread, c.author, c.state, c.depth, c.wording, t.state as thread_state,
           c.base_ups + c.ups - c.base_downs - c.downs as score, c.agrees, c.disagrees, c.unsure, c.published
    from comment c join thread t on t.id = c.thread where c.id = $1
), votable as (
    select id, thread, wording from target
    where author is distinct from $2 and state = 'visible' and thread_state <> 'archived'
      and ($4::int is null or wording = $4)
), """
UPSERT = """changed as (
    insert into vote (comment, thread, member, axis, value, counted, wording, asked)
    select id, thread, $2, $3, $5, $6, wording, $7 from votable
    on conflict (comment, member, axis) do update
    set former = case when vote.counted and (vote.axis = 'quality' or vote.wording >= excluded.wording)
                      then vote.value end,
        value = excluded.value, counted = excluded.counted, changed_at = now(),
        wording = greatest(vote.wording, excluded.wording),
        asked = case when vote.wording >= excluded.wording
                     then vote.asked and (excluded.asked or excluded.value = vote.value) else excluded.asked end
    returning comment, wording, former, case when counted then value end as current
)"""
DELETE = """changed as (
    delete from vote using votable where comment = votable.id and member = $2 and axis = $3
    returning comment, vote.wording, case when counted then value end as former, null::smallint as current
)"""
CONFIRM = """with changed as (
    update vote set counted = true, former = null where id = $1 and not counted
    returning comment, wording, former, value as current
)"""
# `target` is the comment before the vote, `counted` after it.
RESULT = """
select coalesce(n.agrees, t.agrees) as agrees, coalesce(n.disagrees, t.disagrees) as disagrees,
       coalesce(n.unsure, t.unsure) as unsure, coalesce(n.published, t.published) as published,
       coalesce(n.score, t.score) as score, n.thread is not null as is_counted,
       t.thread, t.thread_state, t.author, t.state, t.depth, t.wording,
       (select value from vote where comment = $1 and member = $2 and axis <> $3
        and (axis = 'quality' or wording = t.wording)) as other
from target t left join counted n on true
"""
PUBLISH = "update comment set published = $3 where id = $1 and published = $2"
ANSWERS = "select agrees, disagrees, unsure, published from comment where id = $1"

# Only scores are live. An answer is published later, with others (perspectives/publishing.py).
SCORED = {"quality": ", scored_at = clock_timestamp()"}


def _count(axis: str) -> str:
    """The CTE that subtracts the former vote from an axis's counters and adds the current one.

    PostgreSQL checks the wording again once it has locked the comment, which somebody may just have edited.
    """
    changes = [
        f"{name} = {name} + (current is not distinct from {value})::int - (former is not distinct from {value})::int"
        for name, value in COUNTERS[axis].items()
    ]
    present = " and comment.wording = changed.wording" if axis == "agreement" else ""
    return f""", counted as (
    update comment set {", ".join(changes)}{SCORED.get(axis, "")} from changed
    where comment.id = changed.comment and current is distinct from former{present}
    returning thread, base_ups + ups - base_downs - downs as score, agrees, disagrees, unsure, published
)"""  # noqa: S608 constants only


COUNT = {axis: _count(axis) for axis in AXES}
COUNTED_THREAD = "select thread from counted"


async def cast_vote(
    *, viewer: Viewer, comment_id: int, axis: str, value: int | None, wording: int | None = None, asked: bool = False
) -> CastVote:
    """Set the viewer's vote on one axis; None deletes it. Votes of unverified members are stored but not counted.

    `wording` is the one that the viewer read, if known; `asked` says that Parley chose the statement at random.
    Raises NotFound, Forbidden for the viewer's own comment and for silenced members, Refused if the comment is
    not visible or its thread is archived, and Reworded if `wording` is not the present one.
    """
    require_write_allowed(viewer)
    known = (comment_id, viewer.id, axis, wording)
    if value is None:
        voted = await db.fetch_one(VotedComment, TARGET + DELETE + COUNT[axis] + RESULT, *known)
    else:
        vote = (*known, value, viewer.verified, asked)
        voted = await db.fetch_one(VotedComment, TARGET + UPSERT + COUNT[axis] + RESULT, *vote)
    if voted is None:
        raise NotFound(N_("This comment does not exist."))
    _require_votable(viewer, voted, wording)
    published = voted.published
    if voted.is_counted and axis == "agreement":
        published = await _publish(comment_id, voted)
    elif voted.is_counted:
        await _announce_scores(voted.thread)
    quality, agreement = (value, voted.other) if axis == "quality" else (voted.other, value)
    return CastVote(comment_id, voted.depth, voted.score, viewer_state(quality, agreement, published))


async def _announce_scores(thread: int) -> None:
    await db.when_committed(lambda: notify(Signal(thread, scores=True)))


async def publish_answers(comment: int) -> None:
    """Publish a comment's answers if a step of them is full."""
    found = await db.fetch_one(AnswerTally, ANSWERS, comment)
    if found is not None:
        await _publish(comment, found)


async def _publish(comment: int, now: AnswerTally) -> list[int]:
    """Publish these answers if a step of them is full, and return what is published."""
    *counts, looked_at = now.published
    after = publish(PublishedTally(Tally(*counts), looked_at), Tally(now.agrees, now.disagrees, now.unsure))
    column = [*msgspec.structs.astuple(after.tally), after.looked_at]
    if column != now.published:
        await db.execute(PUBLISH, comment, now.published, column)
    return column


def _require_votable(viewer: Viewer, voted: VotedComment, wording: int | None) -> None:
    """Raise the reason why nothing was written. The SQL has the same conditions."""
    if voted.author == viewer.id:
        raise Forbidden(N_("You cannot vote on your own comment."))
    if voted.state != "visible":
        raise Refused(N_("This comment is no longer visible, so your vote was not saved."))
    if voted.thread_state == "archived":
        raise Refused(N_("This thread is archived, so you can no longer vote in it."))
    if wording not in (None, voted.wording):
        raise Reworded(N_("The author just changed this statement. Please read it again: your answer was not saved."))


class WaitingVote(msgspec.Struct, frozen=True):
    id: int
    comment: int
    axis: str


WAITING = "select id, comment, axis from vote where member = $1 and not counted order by comment, axis"


async def count_waiting(member: int) -> None:
    """Count the votes that a member cast before their address was confirmed."""
    async with db.atomic():
        for vote in await db.fetch(WaitingVote, WAITING, member):
            thread = await db.value(CONFIRM + COUNT[vote.axis] + COUNTED_THREAD, vote.id)
            if thread is not None and vote.axis == "agreement":
                await publish_answers(vote.comment)
            elif thread is not None:
                await _announce_scores(thread)
