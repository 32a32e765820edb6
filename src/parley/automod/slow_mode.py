"""Slow mode in heated discussions: the hotter a branch or thread, the longer each member waits between two answers.

Heat is made of what happened in the last half hour, each thing weighing less the longer ago it was; so slow mode lifts
by itself. It is about places, not people: it asks nobody's record, and staff is exempt.
"""

from collections.abc import Iterable, Mapping

import msgspec

from parley.core import db
from parley.core.errors import TooMany

WINDOW = 1_800.0
QUICK_SECONDS = 180
MOST_LOOKED_AT = 300
# What heats: an answer within three minutes to somebody who had answered the same person within three minutes; a report
# (times its weight); a comment removed or folded by a decision.
QUICK, REPORT, REMOVAL = 1.0, 2.0, 3.0
# So much heat slows a branch, and a whole thread.
BRANCH_LIMIT, THREAD_LIMIT = 4.0, 12.0
FIRST_WAIT, LONGEST_WAIT = 60, 600
# What a rule that slows asks for.
RULE_WAIT = 120


class Recent(msgspec.Struct, frozen=True):
    """A comment of the last half hour: what it answers, whose it is, seconds since, and whether it is quick."""

    id: int
    parent: int | None
    author: int | None
    age: float
    quick: bool


class Point(msgspec.Struct, frozen=True):
    """Something that heated the place of a comment, `age` seconds ago."""

    comment: int
    weight: float
    age: float


IS_QUICK = f"""
coalesce(p.author <> c.author and g.author = c.author
         and c.created_at - p.created_at < interval '{QUICK_SECONDS} seconds'
         and p.created_at - g.created_at < interval '{QUICK_SECONDS} seconds', false)
"""
RECENT = f"""
select c.id, c.parent, c.author, extract(epoch from now() - c.created_at)::float8 as age, {IS_QUICK} as quick
from comment c left join comment p on p.id = c.parent left join comment g on g.id = p.parent
where c.thread = $1 and c.created_at > now() - interval '{WINDOW} seconds'
order by c.created_at desc, c.id desc limit {MOST_LOOKED_AT}
"""  # noqa: S608 no value in it
POINTS = f"""
select i.target as comment, {REPORT} * r.weight as weight, extract(epoch from now() - r.created_at)::float8 as age
from queue_item i join report r on r.item = i.id
where i.thread = $1 and i.kind = 'comment' and r.outcome is distinct from 'declined'
  and r.created_at > now() - interval '{WINDOW} seconds'
union all
select d.target, {REMOVAL}, extract(epoch from now() - d.created_at)::float8
from decision d where d.thread = $1 and d.kind = 'comment' and d.action in ('remove', 'collapse')
  and d.state = 'in_force' and d.created_at > now() - interval '{WINDOW} seconds'
"""  # noqa: S608 no value in it
SLOWED = f"""
select t.slow, exists(
    select from hit h join rule u on u.id = h.rule join comment c on c.id = h.comment
    where u.action = 'slow' and h.acted and c.thread = t.id and h.created_at > now() - interval '{WINDOW} seconds'
) as by_rule from thread t where t.id = $1
"""  # noqa: S608 no value in it


class SlowSetting(msgspec.Struct, frozen=True):
    """The seconds that moderators set for a thread, and whether a rule slows it."""

    slow: int
    by_rule: bool


class ThreadActivity(msgspec.Struct, frozen=True):
    """What slow mode is computed from: a thread's last half hour."""

    recent: list[Recent]
    points: list[Point]
    slow: int = 0
    by_rule: bool = False

    @property
    def heat(self) -> float:
        return heat(self.points)


async def place(thread: int) -> ThreadActivity:
    """How heated a thread is now, and why."""
    recent = await db.fetch(Recent, RECENT, thread)
    points = await db.fetch(Point, POINTS, thread)
    slowed = await db.fetch_one(SlowSetting, SLOWED, thread) or SlowSetting(0, by_rule=False)
    retorts = [Point(one.id, QUICK, one.age) for one in recent if one.quick]
    return ThreadActivity(recent, points + retorts, slowed.slow, slowed.by_rule)


def heat(points: Iterable[Point], later: float = 0.0) -> float:
    """The heat of a place so many seconds later: what happened, each thing weighing less in proportion to its age."""
    return sum(point.weight * max(0.0, 1 - (point.age + later) / WINDOW) for point in points)


def wait(heat: float, limit: float) -> int:
    """Seconds between two answers of one member at this heat: a minute at the limit, in proportion above it."""
    return 0 if heat < limit else min(LONGEST_WAIT, round(FIRST_WAIT * heat / limit))


def branch(comment: int, parents: Mapping[int, int | None]) -> int:
    """The comment that a branch hangs on: the first above that is older than what `parents` knows, or the topmost."""
    while (parent := parents.get(comment)) is not None:
        comment = parent
    return comment


class Wait(msgspec.Struct, frozen=True):
    """Seconds since a member answered here, how many there have to be, and why."""

    last: float
    needed: int
    why: str

    @property
    def left(self) -> int:
        return max(1, round(self.needed - self.last))

    def __str__(self) -> str:
        return f"You answered {span(self.last)} ago and {self.why}."


def may_answer(place: ThreadActivity, member: int, parent: int | None) -> None:
    """Raise TooMany while a member has to wait here; the text says how long, and what is kept."""
    wait = wait_for(place, member, parent)
    if wait is not None:
        raise TooMany(f"{wait} You can post in {span(wait.left)}. Your text is kept.", wait.left)


def wait_for(place: ThreadActivity, member: int, parent: int | None) -> Wait | None:
    """What a member still has to wait before they may answer `parent` here, or the article; None for nothing."""
    own = [one for one in place.recent if one.author == member]
    last = min((one.age for one in own), default=WINDOW)
    found = [
        Wait(last, place.slow, "moderators have turned on slow mode in this thread"),
        Wait(last, RULE_WAIT if place.by_rule else 0, "this thread is heated"),
        Wait(last, wait(place.heat, THREAD_LIMIT), "this thread is heated"),
    ]
    if parent is not None:
        parents = {one.id: one.parent for one in place.recent}
        here = branch(parent, parents)
        warm = heat(one for one in place.points if branch(one.comment, parents) == here)
        last = min((one.age for one in own if branch(one.id, parents) == here), default=WINDOW)
        found.append(Wait(last, wait(warm, BRANCH_LIMIT), "this branch is heated"))
    return max((one for one in found if one.last < one.needed), key=lambda one: one.left, default=None)


def span(amount: float) -> str:
    """A span in words: "40 seconds", "3 minutes"."""
    if amount < 100:  # noqa: PLR2004 as people say it
        whole = max(1, round(amount))
        return f"{whole} {'second' if whole == 1 else 'seconds'}"
    minutes = round(amount / 60)
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
