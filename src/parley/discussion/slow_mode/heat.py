"""The heat of a discussion: what happened in the last half hour, each event counting less as it ages."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from parley.platform import db

# Seconds after which an event no longer counts.
WINDOW = 1_800.0
QUICK_SECONDS = 180
MOST_RECENT = 300
# Weights. A quick reply comes within three minutes, to somebody who had replied to the same author within three
# minutes. A report also counts by its own weight. A removal is a comment that a decision removed or collapsed.
QUICK, REPORT, REMOVAL = 1.0, 2.0, 3.0
# This many quick replies of two members to each other heat a whole thread. Otherwise two accounts could make everybody
# in it wait. All of them heat their branch.
MOST_OF_PAIR = 3
# Quick replies are looked for among the newest comments of all threads.
NEWEST = 1_000
QUICK_TO_BE_ACTIVE = 2
# Joins of the comment `c` with its parent `p` and its grandparent `g`.
IS_QUICK = f"""
coalesce(p.author <> c.author and g.author = c.author
         and c.created_at - p.created_at < interval '{QUICK_SECONDS} seconds'
         and p.created_at - g.created_at < interval '{QUICK_SECONDS} seconds', false)
"""
QUICK_PAIR = f"case when {IS_QUICK} then least(c.author, p.author) || '-' || greatest(c.author, p.author) end"
SELECT_RECENT = f"""
select c.id, c.parent, c.author, extract(epoch from now() - c.created_at)::float8 as age, {QUICK_PAIR} as pair
from comment c left join comment p on p.id = c.parent left join comment g on g.id = p.parent
where c.thread = $1 and c.created_at > now() - interval '{WINDOW} seconds'
order by c.created_at desc, c.id desc limit {MOST_RECENT}
"""  # noqa: S608 constants only
# Of each reporter's reports in a thread only the newest counts, and so of each network's for visitors with a confirmed
# address: otherwise one person could make everybody in it wait.
SELECT_POINTS = f"""
(select distinct on (coalesce(r.reporter::text, r.network))
   i.target as comment, {REPORT} * r.weight as weight, extract(epoch from now() - r.created_at)::float8 as age,
   null::text as pair
 from queue_item i join report r on r.item = i.id
 where i.thread = $1 and i.kind = 'comment' and r.outcome is distinct from 'declined'
   and (r.reporter is not null or r.proven) and r.created_at > now() - interval '{WINDOW} seconds'
 order by coalesce(r.reporter::text, r.network), r.created_at desc)
union all
select d.target, {REMOVAL}, extract(epoch from now() - d.created_at)::float8, null
from decision d where d.thread = $1 and d.kind = 'comment' and d.action in ('remove', 'collapse')
  and d.state = 'in_force' and d.created_at > now() - interval '{WINDOW} seconds'
"""  # noqa: S608 constants only
SELECT_SETTING = f"""
select t.slow, (
    select max(h.created_at) + interval '{WINDOW} seconds'
    from hit h join rule u on u.id = h.rule join comment c on c.id = h.comment
    where u.action = 'slow' and h.acted and c.thread = t.id and h.created_at > now() - interval '{WINDOW} seconds'
) as until_by_rule from thread t where t.id = $1
"""  # noqa: S608 constants only
# The threads that can be in slow mode. Each part is found by an index and returns nothing in quiet times.
SELECT_ACTIVE_THREADS = f"""
select id from thread where slow > 0
union select i.thread from report r join queue_item i on i.id = r.item
  where r.created_at > now() - interval '{WINDOW} seconds' and i.thread is not null
union select d.thread from decision d
  where d.created_at > now() - interval '{WINDOW} seconds' and d.kind = 'comment' and d.thread is not null
union select c.thread from rule u join hit h on h.rule = u.id join comment c on c.id = h.comment
  where u.action = 'slow' and h.acted and h.created_at > now() - interval '{WINDOW} seconds'
union (select c.thread from comment c join comment p on p.id = c.parent join comment g on g.id = p.parent
  where c.id > (select max(id) from comment) - {NEWEST} and c.created_at > now() - interval '{WINDOW} seconds'
    and {IS_QUICK} group by c.thread having count(*) >= {QUICK_TO_BE_ACTIVE})
"""  # noqa: S608 constants only


class RecentComment(msgspec.Struct, frozen=True):
    """A comment of the last half hour; `age` in seconds."""

    id: int
    parent: int | None
    author: int | None
    age: float
    pair: str | None


class Point(msgspec.Struct, frozen=True):
    """An event that added heat at a comment `age` seconds ago; `pair` names the two members of a quick reply."""

    comment: int
    weight: float
    age: float
    pair: str | None = None


class SlowSetting(msgspec.Struct, frozen=True):
    """The wait in seconds that moderators set for a thread, and until when an automatic rule slows it."""

    slow: int = 0
    until_by_rule: datetime | None = None


class ThreadActivity(msgspec.Struct, frozen=True):
    """The last half hour of a thread, from which slow mode is computed."""

    recent: list[RecentComment]
    points: list[Point]
    slow: int = 0
    until_by_rule: datetime | None = None

    @property
    def thread_points(self) -> list[Point]:
        """The points that heat the whole thread."""
        return newest_of_pairs(self.points)

    @property
    def heat(self) -> float:
        return heat(self.thread_points)


async def activity(thread: int) -> ThreadActivity:
    recent = await db.fetch(RecentComment, SELECT_RECENT, thread)
    points = await db.fetch(Point, SELECT_POINTS, thread)
    setting = await db.fetch_one(SlowSetting, SELECT_SETTING, thread) or SlowSetting()
    quick = [Point(comment.id, QUICK, comment.age, comment.pair) for comment in recent if comment.pair]
    return ThreadActivity(recent, points + quick, setting.slow, setting.until_by_rule)


def newest_of_pairs(points: Iterable[Point]) -> list[Point]:
    """Return the points without all but the `MOST_OF_PAIR` newest quick replies of each two members."""
    counts: Counter[str | None] = Counter()
    kept = []
    for point in sorted(points, key=lambda point: point.age):
        counts[point.pair] += 1
        if point.pair is None or counts[point.pair] <= MOST_OF_PAIR:
            kept.append(point)
    return kept


def heat(points: Iterable[Point], later: float = 0.0) -> float:
    """The heat `later` seconds from now: the sum of the weights, each falling to zero linearly within the window."""
    return sum(point.weight * max(0.0, 1 - (point.age + later) / WINDOW) for point in points)


def top_of_branch(comment: int, parents: Mapping[int, int | None]) -> int:
    """The top of a comment's branch: its highest ancestor among `parents`, or the first one that is not in it."""
    while (parent := parents.get(comment)) is not None:
        comment = parent
    return comment
