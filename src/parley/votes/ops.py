"""Voting. The counters on the comment change in the transaction that writes the vote, so they never drift."""

import msgspec

from parley.comments import ranking
from parley.core import db
from parley.core.access import Viewer
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.nudges import Nudge, nudge

AXES = ("quality", "agreement")


class Counters(msgspec.Struct):
    """How often a comment was voted on, by axis and value."""

    ups: int
    downs: int
    agrees: int
    disagrees: int
    passes: int

    def add(self, axis: str, value: int, times: int) -> None:
        """Count a vote `times` (1 or -1) times."""
        name = FIELDS.get((axis, value))
        if name is not None:
            setattr(self, name, getattr(self, name) + times)


# A quality vote of 0 is no vote; an agreement vote of 0 is "pass".
FIELDS = {
    ("quality", 1): "ups",
    ("quality", -1): "downs",
    ("agreement", 1): "agrees",
    ("agreement", -1): "disagrees",
    ("agreement", 0): "passes",
}


class Target(msgspec.Struct, frozen=True):
    """A comment as a voter finds it, and the voter's former vote unless that `may_be_old`."""

    thread: int
    thread_state: str
    author: int | None
    state: str
    base_ups: int
    base_downs: int
    ups: int
    downs: int
    agrees: int
    disagrees: int
    passes: int
    value: int | None
    counted: bool | None
    may_be_old: bool


class Former(msgspec.Struct, frozen=True):
    value: int
    counted: bool


# PostgreSQL gives the locked comment as it is now, but what is joined to it as of the statement's beginning. Every
# vote updates its comment, so where the two versions of the comment are one, the joined vote is the newest too.
LOCK = """
select c.thread, t.state as thread_state, c.author, c.state, c.base_ups, c.base_downs,
       c.ups, c.downs, c.agrees, c.disagrees, c.passes, v.value, v.counted,
       c.xmin::text <> (select xmin::text from comment where id = $1) as may_be_old
from comment c join thread t on t.id = c.thread
left join vote v on v.comment = c.id and v.member = $2 and v.axis = $3
where c.id = $1 for no key update of c
"""
FORMER = "select value, counted from vote where comment = $1 and member = $2 and axis = $3"

PUT = """
with vote as (
    insert into vote (comment, thread, member, axis, value, counted) values ($1, $9, $10, $11, $12, $13)
    on conflict (comment, member, axis) do update
    set value = excluded.value, counted = excluded.counted, changed_at = now()
)
"""

TAKE = "with vote as (delete from vote where comment = $1 and thread = $9 and member = $10 and axis = $11)"

COUNT = """
update comment set ups = $2, downs = $3, agrees = $4, disagrees = $5, passes = $6,
                   best = $7, controversial = $8, scored_at = clock_timestamp()
where id = $1
"""


async def cast_vote(*, viewer: Viewer, comment_id: int, axis: str, value: int | None) -> None:
    """Set the viewer's vote on one axis; None takes it back. Unverified members' votes are kept uncounted.

    Raises NotFound, Forbidden for one's own comment, Refused where nothing is left to vote on.
    """
    async with db.atomic():
        target = await db.fetch_one(Target, LOCK, comment_id, viewer.id, axis)
        if target is None:
            raise NotFound("This comment does not exist.")
        _may_vote(viewer, target)
        former = await _former(target, comment_id, viewer.id, axis)
        counters = _recounted(target, axis, former, value if viewer.verified else None)
        numbers = _numbers(target, counters)
        place = (target.thread, viewer.id, axis)
        if value is None:
            await db.execute(TAKE + COUNT, comment_id, *numbers, *place)
        else:
            await db.execute(PUT + COUNT, comment_id, *numbers, *place, value, viewer.verified)
        db.after_commit(lambda: nudge(Nudge(target.thread, scores=True)))


async def _former(target: Target, comment_id: int, member: int, axis: str) -> Former | None:
    if target.may_be_old:
        return await db.fetch_one(Former, FORMER, comment_id, member, axis)
    return Former(target.value, bool(target.counted)) if target.value is not None else None


def _may_vote(viewer: Viewer, target: Target) -> None:
    if target.author == viewer.id:
        raise Forbidden("Nobody can vote on their own comment.")
    if target.state != "visible":
        raise Refused("This comment is no longer there, so your vote was not counted.")
    if target.thread_state == "archived":
        raise Refused("This thread is archived; its votes stay as they are.")


def _recounted(target: Target, axis: str, former: Former | None, value: int | None) -> Counters:
    """The counters after `former` is taken away and `value` added."""
    counters = Counters(target.ups, target.downs, target.agrees, target.disagrees, target.passes)
    if former is not None and former.counted:
        counters.add(axis, former.value, -1)
    if value is not None:
        counters.add(axis, value, 1)
    return counters


def _numbers(target: Target, counters: Counters) -> tuple[float, ...]:
    """What COUNT takes: the counters, and the ranks that follow from them and the base score."""
    ups, downs = target.base_ups + counters.ups, target.base_downs + counters.downs
    return (*msgspec.structs.astuple(counters), ranking.best(ups, downs), ranking.controversial(ups, downs))


class Waiting(msgspec.Struct, frozen=True):
    id: int
    comment: int
    axis: str
    value: int


async def count_waiting(member: int) -> None:
    """Count the votes that a member cast before their address was verified. Runs in the caller's transaction."""
    async with db.atomic():
        waiting = await db.fetch(
            Waiting,
            "select id, comment, axis, value from vote where member = $1 and not counted order by comment, axis",
            member,
        )
        for vote in waiting:
            await _count(vote)


async def _count(vote: Waiting) -> None:
    target = await db.fetch_one(Target, LOCK, vote.comment, None, vote.axis)
    if target is None:
        return
    counters = _recounted(target, vote.axis, None, vote.value)
    await db.execute(
        "with vote as (update vote set counted = true where id = $9)" + COUNT,  # noqa: S608 constants only
        vote.comment,
        *_numbers(target, counters),
        vote.id,
    )
    db.after_commit(lambda: nudge(Nudge(target.thread, scores=True)))
