"""Voting. The counters on the comment change in the transaction that writes the vote, so they never drift."""

import msgspec

from parley.comments import ranking
from parley.core import db
from parley.core.access import Viewer, may_write
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
    """A comment as a voter finds it, the voter's former vote, and the `version` of the comment's row."""

    version: int
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


LOCK = "select 1 from comment where id = $1 for no key update"

READ = """
select c.xmin as version, c.thread, t.state as thread_state, c.author, c.state, c.base_ups, c.base_downs,
       c.ups, c.downs, c.agrees, c.disagrees, c.passes, v.value, v.counted
from comment c join thread t on t.id = c.thread
left join vote v on v.comment = c.id and v.member = $2 and v.axis = $3
where c.id = $1
"""

# Every vote updates its comment. So where that is still in the version that was read, the votes are too.
COUNT = """
with counted as (
    update comment set ups = $2, downs = $3, agrees = $4, disagrees = $5, passes = $6,
                       best = $7, controversial = $8, scored_at = clock_timestamp()
    where id = $1 and xmin = $9 returning id, thread
)
"""
PUT = """
, put as (
    insert into vote (comment, thread, member, axis, value, counted) select id, thread, $10, $11, $12, $13 from counted
    on conflict (comment, member, axis) do update
    set value = excluded.value, counted = excluded.counted, changed_at = now()
)
select id from counted
"""
TAKE = """
, taken as (delete from vote using counted where comment = counted.id and member = $10 and axis = $11)
select id from counted
"""
CONFIRM = """
, confirmed as (update vote set counted = true from counted where vote.id = $10)
select id from counted
"""


async def cast_vote(*, viewer: Viewer, comment_id: int, axis: str, value: int | None) -> None:
    """Set the viewer's vote on one axis; None takes it back. Unverified members' votes are kept uncounted.

    Raises NotFound, Forbidden for one's own comment and whoever is silenced, Refused where nothing is left to vote on.
    """
    async with db.one_connection():
        if await _cast(viewer, comment_id, axis, value):
            return
    # Somebody else voted on it in the same moment. Now we stand in line, so that many at once do not try for ever.
    async with db.atomic():
        await db.execute(LOCK, comment_id)
        if not await _cast(viewer, comment_id, axis, value):
            raise RuntimeError("a locked comment changed")


async def _cast(viewer: Viewer, comment_id: int, axis: str, value: int | None) -> bool:
    """Write the vote on the comment as it was read; False when that changed meanwhile, and nothing was written.

    Two statements without a transaction around them: half the round trips of BEGIN, lock, write and COMMIT.
    """
    may_write(viewer)
    target = await db.fetch_one(Target, READ, comment_id, viewer.id, axis)
    if target is None:
        raise NotFound("This comment does not exist.")
    _may_vote(viewer, target)
    former = target.value if target.counted else None
    numbers = _numbers(target, _recounted(target, axis, former, value if viewer.verified else None))
    known = (comment_id, *numbers, target.version, viewer.id, axis)
    if value is None:
        done = await db.value(COUNT + TAKE, *known)
    else:
        done = await db.value(COUNT + PUT, *known, value, viewer.verified)
    if done is None:
        return False
    await db.when_committed(lambda: nudge(Nudge(target.thread, scores=True)))
    return True


def _may_vote(viewer: Viewer, target: Target) -> None:
    if target.author == viewer.id:
        raise Forbidden("Nobody can vote on their own comment.")
    if target.state != "visible":
        raise Refused("This comment is no longer there, so your vote was not counted.")
    if target.thread_state == "archived":
        raise Refused("This thread is archived; its votes stay as they are.")


def _recounted(target: Target, axis: str, former: int | None, value: int | None) -> Counters:
    """The counters after `former` is taken away and `value` added."""
    counters = Counters(target.ups, target.downs, target.agrees, target.disagrees, target.passes)
    if former is not None:
        counters.add(axis, former, -1)
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
    await db.execute(LOCK, vote.comment)
    target = await db.fetch_one(Target, READ, vote.comment, None, vote.axis)
    if target is None:
        return
    numbers = _numbers(target, _recounted(target, vote.axis, None, vote.value))
    await db.value(COUNT + CONFIRM, vote.comment, *numbers, target.version, vote.id)
    db.after_commit(lambda: nudge(Nudge(target.thread, scores=True)))
