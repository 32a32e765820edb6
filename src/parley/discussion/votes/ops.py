"""Voting.

One statement writes the vote and the comment's counters, so both are saved or neither is. votes/jobs.py checks the
counters every night.
"""

from functools import partial

import msgspec

from parley.discussion.comment_tree.fragments import ViewerState
from parley.discussion.comments.published_answers import PublishedTally, Tally, publish
from parley.discussion.comments.tables import Comment
from parley.discussion.votes.queries import viewer_state
from parley.people.accounts.viewer import Viewer
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.job_wakeups import wake_job
from parley.platform.events.notify import Signal, notify
from parley.platform.http.access import require_write_allowed
from parley.platform.text.messages import N_

# The counters of each axis, with the value of a vote that each counts. Agreement 0 is "unsure"; there is no quality 0.
COUNTERS = {
    "quality": {"ups": 1, "downs": -1},
    "agreement": {"agrees": 1, "disagrees": -1, "unsure": 0},
}
AXES = tuple(COUNTERS)
# Every statement locks the vote's row before the comment's, which prevents deadlocks. The CTE `changed` has the value
# that was counted before and the one that counts now; null counts nothing. A vote of agreement about an earlier wording
# does not count any more.
WITH_TARGET = """
with target as (
    select c.id, c.thread, c.author, c.state, c.depth, c.wording, t.state as thread_state,
           c.base_ups + c.ups - c.base_downs - c.downs as score, c.agrees, c.disagrees, c.unsure, c.published,
           coalesce((select m.name from member m where m.id = c.author), c.imported_author) as author_name
    from comment c join thread t on t.id = c.thread where c.id = $1
), votable as (
    select id, thread, wording from target
    where author is distinct from $2 and state = 'visible' and thread_state <> 'archived'
      and ($4::int is null or wording = $4)
), """
# A vote stays `asked` only if the first answer to this wording was asked, and it was not changed without being asked
# again. A new wording starts afresh.
UPSERT_VOTE = """changed as (
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
DELETE_VOTE = """changed as (
    delete from vote using votable where comment = votable.id and member = $2 and axis = $3
    returning comment, vote.wording, case when counted then value end as former, null::smallint as current
)"""
MARK_COUNTED = """with changed as (
    update vote set counted = true, former = null where id = $1 and not counted
    returning comment, wording, former, value as current
)"""
# `target` is the comment before the vote, `updated` after it.
SELECT_RESULT = """
select coalesce(u.agrees, t.agrees) as agrees, coalesce(u.disagrees, t.disagrees) as disagrees,
       coalesce(u.unsure, t.unsure) as unsure, coalesce(u.published, t.published) as published,
       coalesce(u.score, t.score) as score, u.thread is not null as counters_changed,
       t.thread, t.thread_state, t.author, t.author_name, t.state, t.depth, t.wording,
       (select value from vote where comment = $1 and member = $2 and axis <> $3
        and (axis = 'quality' or wording = t.wording)) as value_on_other_axis
from target t left join updated u on true
"""
# If another transaction has published since `published` was read, this returns what that one stored.
UPDATE_PUBLISHED = """
update comment set published = case when published = $2 then $3 else published end where id = $1 returning published
"""
SELECT_THREAD = "select thread from updated"
# Counting a vote locks its comment for everybody who votes on it or replies. Counting 50 takes a tenth of a second.
MOST_AT_ONCE = 50


# Votes on comments that others change now are left to the worker: whoever holds several comments waits for none.
LOCK_UNCOUNTED = f"""
select v.id, v.comment, v.axis from vote v join comment c on c.id = v.comment where v.member = $1 and not v.counted
order by v.comment, v.axis limit {MOST_AT_ONCE} for no key update of v, c skip locked
"""  # noqa: S608 a constant


class Reworded(Refused):
    """The author has changed the wording of the comment since the member read it."""


class CountedAnswers(msgspec.Struct, frozen=True):
    """The exact counts of answers to a comment, and the published ones.

    `published` has four numbers: agrees, disagrees and unsure as published, and the total when they were last compared
    (discussion/comments/published_answers.py).
    """

    agrees: int
    disagrees: int
    unsure: int
    published: list[int]


class VotedComment(CountedAnswers, frozen=True):
    """The comment after the vote, whether its counters changed, and the member's vote on the other axis."""

    score: int
    counters_changed: bool
    thread: int
    thread_state: str
    author: int | None
    author_name: str | None
    state: str
    depth: int
    wording: int
    value_on_other_axis: int | None


class VoteResult(msgspec.Struct, frozen=True):
    """What the voter sees after the vote: the score and their own votes.

    `id`, `author` and `depth` are the comment's.
    """

    id: int
    author: str | None
    depth: int
    score: int
    viewer_state: ViewerState


def _counters_cte(axis: str) -> str:
    """The CTE that subtracts the former vote from an axis's counters and adds the current one.

    The comment may have been edited since `target` was read; PostgreSQL checks the wording again after locking its row.
    """
    changes = [
        f"{name} = {name} + (current is not distinct from {value})::int - (former is not distinct from {value})::int"
        for name, value in COUNTERS[axis].items()
    ]
    # Streams send scores as they change. Answers are published in steps instead (comments/published_answers.py).
    if axis == "quality":
        changes.append("scored_at = clock_timestamp()")
    same_wording = " and comment.wording = changed.wording" if axis == "agreement" else ""
    return f""", updated as (
    update comment set {", ".join(changes)} from changed
    where comment.id = changed.comment and current is distinct from former{same_wording}
    returning thread, base_ups + ups - base_downs - downs as score, agrees, disagrees, unsure, published
)"""  # noqa: S608 constants only


UPDATE_COUNTERS = {axis: _counters_cte(axis) for axis in AXES}


async def cast_vote(
    *, viewer: Viewer, comment: int, axis: str, value: int | None, wording: int | None = None, asked: bool = False
) -> VoteResult:
    """Set the viewer's vote on one axis; None deletes it. Votes of unverified members are stored but not counted.

    `wording` is the one that the viewer read, if known; `asked` says that Parley chose the statement at random.
    Raises NotFound, Forbidden for the viewer's own comment and for silenced members, Refused if the comment is
    not visible or its thread is archived, and Reworded if `wording` is not the current one.
    """
    require_write_allowed(viewer)
    parameters: tuple[object, ...] = (comment, viewer.id, axis, wording)
    change_vote = DELETE_VOTE
    if value is not None:
        parameters = (*parameters, value, viewer.verified, asked)
        change_vote = UPSERT_VOTE
    sql = WITH_TARGET + change_vote + UPDATE_COUNTERS[axis] + SELECT_RESULT
    voted = await db.fetch_one(VotedComment, sql, *parameters)
    if voted is None:
        raise NotFound(N_("This comment does not exist."))
    _require_votable(viewer, voted, wording)
    published = voted.published
    if voted.counters_changed and axis == "agreement":
        published = await _store_published(comment, voted)
    elif voted.counters_changed:
        await _notify_scores(voted.thread)
    other = voted.value_on_other_axis
    quality, agreement = (value, other) if axis == "quality" else (other, value)
    return VoteResult(comment, voted.author_name, voted.depth, voted.score, viewer_state(quality, agreement, published))


async def _notify_scores(thread: int) -> None:
    await db.when_committed(lambda: notify(Signal(thread, scores=True)))


async def publish_answers_to(comment: int) -> None:
    """Publish a comment's answers if their number has changed by a step since the last comparison."""
    counts = await db.fetch_one(CountedAnswers, Comment.select().where(Comment.id == comment))
    if counts is not None:
        await _store_published(comment, counts)


async def _store_published(comment: int, current: CountedAnswers) -> list[int]:
    """Publish the current answers if a step is full. Return what is stored."""
    *published_counts, total_compared = current.published
    answers = Tally(current.agrees, current.disagrees, current.unsure)
    published = publish(PublishedTally(Tally(*published_counts), total_compared), answers)
    new = [*msgspec.structs.astuple(published.tally), published.total_compared]
    if new == current.published:
        return new
    stored: list[int] = await db.value(UPDATE_PUBLISHED, comment, current.published, new)
    return stored


def _require_votable(viewer: Viewer, voted: VotedComment, wording: int | None) -> None:
    """Raise the error if the vote was not written. `votable` in the SQL has the same conditions."""
    if voted.author == viewer.id:
        raise Forbidden(N_("You cannot vote on your own comment."))
    if voted.state != "visible":
        raise Refused(N_("This comment no longer exists."))
    if voted.thread_state == "archived":
        raise Refused(N_("This thread is archived, so nothing was saved."))
    if wording not in (None, voted.wording):
        raise Reworded(
            N_("The author has changed the wording of this comment. Please read it again: your answer was not saved.")
        )


class UncountedVote(msgspec.Struct, frozen=True):
    """A vote of a member whose address was not confirmed when it was cast."""

    id: int
    comment: int
    axis: str


async def count_votes_of_member(member: int) -> int:
    """Count up to MOST_AT_ONCE uncounted votes of a member, and return how many. The worker counts the others."""
    async with db.atomic():
        votes = await db.fetch(UncountedVote, LOCK_UNCOUNTED, member)
        for vote in votes:
            thread = await db.value(MARK_COUNTED + UPDATE_COUNTERS[vote.axis] + SELECT_THREAD, vote.id)
            if thread is not None and vote.axis == "agreement":
                await publish_answers_to(vote.comment)
            elif thread is not None:
                await _notify_scores(thread)
        if votes:
            db.after_commit(partial(wake_job, "votes"))
    return len(votes)
