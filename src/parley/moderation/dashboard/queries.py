"""The numbers of the overview: what waits, reports, decisions, appeals, activity."""

from datetime import datetime

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.matching.facts import LET_IN, RESTRICTS
from parley.moderation.modlog.queries import THREAD_OF_ENTRY
from parley.moderation.modqueue import kinds
from parley.moderation.modqueue.kinds import WorkCount
from parley.moderation.modqueue.queries import IS_HELD, IS_PASSED_ON, MAY_SEE
from parley.moderation.reports.queries import GROUNDS_OF, IS_LATE, IS_OPEN
from parley.moderation.reports.tables import QueueItem
from parley.people.accounts.viewer import Viewer
from parley.platform import db

# The kinds of items in the filter of the queue, beside all of them ("").
ITEM_KINDS = ("reported", "held", "rights")
SELECT_NOW = f"""
with items as (
    select i.*, {IS_PASSED_ON} as passed_on, {IS_LATE} as is_late from queue_item i
    where {IS_OPEN} and {MAY_SEE} and {rooms.is_in("i.thread", "$2")}
), sorted as (
    select k.kind, i.opened_at, i.is_late from items i cross join lateral (values
        ('', true), ('held', {IS_HELD}),
        ('reported', exists (select from report o where o.item = i.id and o.state <> 'resolved')),
        ('rights', exists (select from rights_request q join report o on o.id = q.report
                           where o.item = i.id and o.state <> 'resolved'))) k(kind, is_of)
    where k.is_of and not i.passed_on
), counted as (
    select kind, count(*) as count, count(*) filter (where is_late) as late, min(opened_at) as oldest
    from sorted group by kind
)
select coalesce((select json_agg(counted) from counted), '[]')::text as kinds,
       (select count(*) from items where escalated) as escalated,
       (select count(*) from items where claimed_until > now()) as claimed
"""  # noqa: S608 constants only
SELECT_REPORTED = f"""
select date_trunc($2, r.created_at) as start, g.title as ground, count(*) as count,
       count(*) filter (where r.outcome = 'upheld') as upheld,
       count(*) filter (where r.outcome = 'declined') as declined
from report r join guideline g on g.code = r.guideline join queue_item i on i.id = r.item
where r.created_at >= $1 and {rooms.is_in("i.thread", "$3")} group by 1, 2
"""  # noqa: S608 constants only
SELECT_DECIDED = f"""
select date_trunc($2, d.created_at) as start, d.action, d.moderator is null as automated, count(*) as count,
       count(*) filter (where d.action in {RESTRICTS}) as restricting, count(a.id) as appealed,
       count(*) filter (where d.state = 'overturned') as overturned
from decision d left join appeal a on a.decision = d.id
where d.created_at >= $1 and d.state not in ('undone', 'rejected')
  and {rooms.is_in(rooms.THREAD_OF_DECISION, "$3")} group by 1, 2, 3
"""  # noqa: S608 constants only
SELECT_WAITED = f"""
select date_trunc($2, acted_at) as start, count(*) as count,
       percentile_cont(0.5) within group (order by extract(epoch from acted_at - opened_at)::float8) as half,
       percentile_cont(0.9) within group (order by extract(epoch from acted_at - opened_at)::float8) as most
from queue_item i where acted_at >= $1 and {rooms.is_in("i.thread", "$3")}
group by grouping sets ((1), ()) having count(*) > 0
"""  # noqa: S608 constants only
SELECT_WAITED_BY_GROUND = f"""
select g.title as ground, g.hours_to_decide, count(*) as count,
       percentile_cont(0.5) within group (order by extract(epoch from i.acted_at - i.opened_at)::float8) as half,
       count(*) filter (where i.acted_at <= i.opened_at + g.hours_to_decide * interval '1 hour') as in_time
from queue_item i cross join lateral ({GROUNDS_OF}) o join guideline g on g.code = o.guideline
where i.acted_at >= $1 and {rooms.is_in("i.thread", "$2")} group by g.code order by g.position, g.code
"""  # noqa: S608 constants only
# The weekly letter advises moderators who viewed hidden content more often than this to share the work.
MANY_VIEWED = 30
SELECT_LOAD = f"""
with done as (
    select moderator as member, 1 as decisions, 0 as viewed from decision d
    where created_at >= $1 and moderator is not null and state not in ('undone', 'rejected')
      and {rooms.is_in(rooms.THREAD_OF_DECISION, "$2")}
    union all select actor, 0, 1 from mod_action where at >= $1 and action = 'reveal' and actor is not null
      and {rooms.is_in(THREAD_OF_ENTRY, "$2")}
)
select m.name, sum(decisions)::int as decisions, sum(viewed)::int as viewed
from done join member m on m.id = done.member group by m.id order by 2 desc, 3 desc, 1
"""  # noqa: S608 constants only
SELECT_SECOND_LOOKS = f"""
select d.action, count(*) as count,
       count(*) filter (where (d.action = 'approve') = (sl.judgement = 'approve')) as agreed,
       count(*) filter (where d.action = sl.judgement) as same
from second_look sl join decision d on d.id = sl.decision where sl.created_at >= $1
  and {rooms.is_in(rooms.THREAD_OF_DECISION, "$2")} group by 1 order by 2 desc, 1
"""  # noqa: S608 constants only
SELECT_MATCHED = f"""
select u.name as rule, u.state, count(*) as hits, count(*) filter (where d.action in {RESTRICTS}) as upheld,
       count(*) filter (where d.action in ('approve', 'restore')) as declined
from (select distinct rule, comment from hit where created_at >= $1
      and {rooms.is_in("(select o.thread from comment o where o.id = hit.comment)", "$2")}) h
join rule u on u.id = h.rule
left join queue_item i on i.kind = 'comment' and i.target = h.comment
left join lateral (
    select action from decision
    where item = i.id and moderator is not null and state in ('in_force', 'ended')
      and (action in ('approve', 'restore') or action in {RESTRICTS})
    order by id desc limit 1) d on true
group by u.id order by count(*) desc, u.position
"""  # noqa: S608 constants only
SELECT_ACTIVE = f"""
select date_trunc($2, c.created_at) as start, count(*) as posts, count(distinct c.author) as people
from comment c where c.created_at >= $1 and c.author is not null and {LET_IN}
  and {rooms.is_in("c.thread", "$3")} group by grouping sets ((1), ())
"""  # noqa: S608 constants only
SELECT_JOINED = """
select date_trunc($2, created_at) as start, count(*) as count from member
where created_at >= $1 and state <> 'unverified' group by 1
"""


class QueueNow(msgspec.Struct, frozen=True):
    """What waits for a moderator now, without their own cases: items and other work by kind; "" for all items."""

    kinds: dict[str, WorkCount]
    escalated: int
    claimed: int

    @property
    def total(self) -> WorkCount:
        """Everything together: all items and, without the kinds of items, other work."""
        parts = [row for row in self.kinds.values() if row.kind not in ITEM_KINDS]
        oldest = min((row.oldest for row in parts if row.oldest), default=None)
        return WorkCount("all", sum(row.count for row in parts), sum(row.late for row in parts), oldest)


async def queue_now(viewer: Viewer, topics: list[str] | None = None) -> QueueNow:
    """What waits for this moderator in these topics; `late` work waits for longer than its time to decide."""
    row = await db.fetch_one(RawNow, SELECT_NOW, viewer.id, topics) or RawNow("[]", 0, 0)
    items = msgspec.json.decode(row.kinds, type=list[WorkCount])
    found = {count.kind: count for count in [*items, *await kinds.counts(viewer, topics)]}
    shown = ["", *ITEM_KINDS, *(kind.name for kind in kinds.kinds if kind.waiting)]
    return QueueNow(
        {name: found.get(name) or WorkCount(name, 0, 0, None) for name in shown}, row.escalated, row.claimed
    )


class RawNow(msgspec.Struct, frozen=True):
    kinds: str
    escalated: int
    claimed: int


class Reported(msgspec.Struct, frozen=True):
    """The reports on one ground in a day or week, and their outcomes."""

    start: datetime
    ground: str
    count: int
    upheld: int
    declined: int


async def reported(since: datetime, grain: str, topics: list[str] | None = None) -> list[Reported]:
    return await db.fetch(Reported, SELECT_REPORTED, since, grain, topics)


class Decided(msgspec.Struct, frozen=True):
    """The decisions of one kind in a day or week; `overturned`: by an appeal, at any time."""

    start: datetime
    action: str
    automated: bool
    count: int
    restricting: int
    appealed: int
    overturned: int


async def decided(since: datetime, grain: str, topics: list[str] | None = None) -> list[Decided]:
    return await db.fetch(Decided, SELECT_DECIDED, since, grain, topics)


class Waited(msgspec.Struct, frozen=True):
    """Seconds until the first action: median (`half`) and 90th percentile (`most`); `start` None: the whole period."""

    start: datetime | None
    count: int
    half: float
    most: float


async def waited(since: datetime, grain: str, topics: list[str] | None = None) -> list[Waited]:
    """The time from opening an item to the first action on it."""
    return await db.fetch(Waited, SELECT_WAITED, since, grain, topics)


class WaitedByGround(msgspec.Struct, frozen=True):
    """The items that named a ground: median of the seconds until the first action, and how many were in time."""

    ground: str
    hours_to_decide: int
    count: int
    half: float
    in_time: int


async def waited_by_ground(since: datetime, topics: list[str] | None = None) -> list[WaitedByGround]:
    """The time to the first action for each ground, beside its time to decide."""
    return await db.fetch(WaitedByGround, SELECT_WAITED_BY_GROUND, since, topics)


class Load(msgspec.Struct, frozen=True):
    """What a moderator did: decisions, and how often they looked at hidden sensitive content."""

    name: str
    decisions: int
    viewed: int


async def load(since: datetime, topics: list[str] | None = None) -> list[Load]:
    """The moderators who did something, the busiest first."""
    return await db.fetch(Load, SELECT_LOAD, since, topics)


class SecondLooks(msgspec.Struct, frozen=True):
    """Second looks at decisions of one kind: how many agree on the finding, and on the action."""

    action: str
    count: int
    agreed: int
    same: int


async def second_looks(since: datetime, topics: list[str] | None = None) -> list[SecondLooks]:
    return await db.fetch(SecondLooks, SELECT_SECOND_LOOKS, since, topics)


class Matched(msgspec.Struct, frozen=True):
    """The hits of a rule, and moderators' decisions on them."""

    rule: str
    state: str
    hits: int
    upheld: int
    declined: int


async def matched(since: datetime, topics: list[str] | None = None) -> list[Matched]:
    """The hits of each rule, in shadow too."""
    return await db.fetch(Matched, SELECT_MATCHED, since, topics)


class Active(msgspec.Struct, frozen=True):
    """Comments, and members who wrote them; `start` None: the whole period."""

    start: datetime | None
    posts: int
    people: int


async def active(since: datetime, grain: str, topics: list[str] | None = None) -> list[Active]:
    return await db.fetch(Active, SELECT_ACTIVE, since, grain, topics)


class Joined(msgspec.Struct, frozen=True):
    start: datetime
    count: int


async def joined(since: datetime, grain: str) -> list[Joined]:
    """New members who have confirmed their address."""
    return await db.fetch(Joined, SELECT_JOINED, since, grain)


async def first_opened_at() -> datetime | None:
    row = await QueueItem.select(QueueItem.opened_at).order_by(QueueItem.id).first()
    return row["opened_at"] if row else None
