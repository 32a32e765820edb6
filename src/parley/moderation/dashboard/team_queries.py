"""What a lead asks: how moderators decide, the backlog, what is reported most, reporters, reversals."""

from datetime import datetime

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.matching.facts import RESTRICTS
from parley.moderation.modqueue.queries import MAY_SEE
from parley.moderation.reports.queries import IS_OPEN
from parley.platform import db

MOST_LISTED = 10
# The ground of an item: the one with the most weight of its reports, else that of a rule that acted.
GROUND_OF_ITEM = """coalesce(
    (select o.guideline from report o where o.item = d.item
     group by o.guideline order by sum(o.weight) desc, o.guideline limit 1),
    (select u.guideline from hit h join rule u on u.id = h.rule join queue_item i on i.id = d.item
     where i.kind = 'comment' and h.comment = i.target and h.acted order by h.id desc limit 1))"""
# Only decisions on items: those without a report nearly always restrict something, and would distort the share.
SELECT_BY_MODERATOR = f"""
select m.name, {GROUND_OF_ITEM} as ground, count(*) as count,
       count(*) filter (where d.action in {RESTRICTS}) as restricting,
       count(*) filter (where d.action in {RESTRICTS} and d.state = 'overturned') as overturned
from decision d join member m on m.id = d.moderator
where d.created_at >= $1 and {rooms.is_in(rooms.THREAD_OF_DECISION, "$2")}
  and d.item is not null and d.state not in ('undone', 'rejected')
  and (d.action = 'approve' or d.action in {RESTRICTS})
group by m.id, 2 order by m.name, 2
"""  # noqa: S608 constants only
SELECT_PACE = f"""
select m.name, count(*) as count,
       percentile_cont(0.5) within group (order by extract(epoch from d.created_at - i.opened_at)::float8)
           filter (where i.opened_at <= d.created_at) as half
from decision d join member m on m.id = d.moderator left join queue_item i on i.id = d.item
where d.created_at >= $1 and d.state not in ('undone', 'rejected')
  and {rooms.is_in(rooms.THREAD_OF_DECISION, "$2")} group by m.id order by 2 desc, 1
"""  # noqa: S608 constants only
# The open items at the end of each hour; of an item that was open before, only the last time is known.
SELECT_BACKLOG = f"""
with item as (
    select opened_at, case when state = 'done' then coalesce(acted_at, opened_at) end as closed_at from queue_item i
    where {rooms.is_in("i.thread", "$2")}
), change as (
    select date_trunc('hour', opened_at) as hour, 1 as n from item where opened_at >= $1
    union all
    select date_trunc('hour', closed_at), -1 from item where closed_at >= $1
), summed as (select hour, sum(n) as n from change group by hour)
select h.hour, (
    (select count(*) from item where opened_at < $1 and (closed_at is null or closed_at >= $1))
    + coalesce(sum(s.n) over (order by h.hour), 0))::int as open
from generate_series($1::timestamptz, date_trunc('hour', now()), interval '1 hour') h(hour)
left join summed s using (hour) order by 1
"""  # noqa: S608 constants only
FROM_REPORTS = f"""
from report r join queue_item i on i.id = r.item left join comment c on i.kind = 'comment' and c.id = i.target
where r.created_at >= $2 and {MAY_SEE} and {rooms.is_in("i.thread", "$3")}
"""
# A link in the HTML of a comment, with its host.
LINK = """'href="https?://([^/":?#]+)'"""
COUNTS = """count(*) as count, count(*) filter (where r.outcome = 'upheld') as upheld,
    count(*) filter (where r.outcome = 'declined') as declined"""
SELECT_THREADS = f"""
select t.title as name, n.count, n.upheld, n.declined from (
    select i.thread, {COUNTS} {FROM_REPORTS} and i.thread is not null group by 1 order by 2 desc, 1 limit {MOST_LISTED}
) n join thread t on t.id = n.thread order by n.count desc, t.id
"""  # noqa: S608 constants only
SELECT_MEMBERS = f"""
select m.name, n.count, n.upheld, n.declined from (
    select case i.kind when 'member' then i.target else c.author end as member, {COUNTS} {FROM_REPORTS}
      and i.kind <> 'article' group by 1 order by 2 desc, 1 limit {MOST_LISTED}
) n join member m on m.id = n.member where m.state <> 'anonymised' order by n.count desc, m.id
"""  # noqa: S608 constants only
SELECT_DOMAINS = f"""
select r.host as name, {COUNTS} from (
    select distinct r.id, r.outcome,
           regexp_replace(lower((regexp_matches(c.html, {LINK}, 'g'))[1]), '^www[.]', '') as host
    {FROM_REPORTS} and i.kind = 'comment'
) r group by 1 order by 2 desc, 1 limit {MOST_LISTED}
"""  # noqa: S608 constants only
SELECT_REPORTERS = f"""
select m.name, {COUNTS}
from report r join member m on m.id = r.reporter join queue_item i on i.id = r.item
where r.created_at >= $1 and {rooms.is_in("i.thread", "$2")} and m.state <> 'anonymised'
group by m.id order by 2 desc, m.id limit {2 * MOST_LISTED}
"""  # noqa: S608 constants only
SELECT_REVERSALS = f"""
select g.title as name, count(*) as count, count(a.id) as appealed,
       count(*) filter (where d.state = 'overturned' or a.state = 'modified') as reversed
from decision d join guideline g on g.code = d.guideline left join appeal a on a.decision = d.id
where d.created_at >= $1 and d.action in {RESTRICTS} and d.state not in ('undone', 'rejected', 'awaiting')
  and {rooms.is_in(rooms.THREAD_OF_DECISION, "$2")}
group by g.code order by 4 desc, 2 desc, 1
"""  # noqa: S608 constants only

# Of the topics in which something happened, those in which most is open.
SELECT_BY_TOPIC = f"""
with item as (
    select t.topic, count(*) filter (where {IS_OPEN}) as open,
           percentile_cont(0.5) within group (order by extract(epoch from i.acted_at - i.opened_at)::float8)
               filter (where i.acted_at >= $1) as half
    from queue_item i join thread t on t.id = i.thread where i.state = 'open' or i.acted_at >= $1 group by 1
), decided as (
    select t.topic, count(*) as decisions, count(*) filter (where d.state = 'overturned') as overturned
    from decision d join thread t on t.id = {rooms.THREAD_OF_DECISION}
    where d.created_at >= $1 and d.state not in ('undone', 'rejected') group by 1
)
select p.slug, p.name, coalesce(open, 0) as open, coalesce(decisions, 0) as decisions, half,
       coalesce(overturned, 0) as overturned
from item full join decided using (topic) join topic p on p.slug = topic
where $2::text[] is null or topic = any($2) order by 3 desc, 4 desc, 1 limit {2 * MOST_LISTED}
"""  # noqa: S608 constants only


class ByTopic(msgspec.Struct, frozen=True):
    """What is open in a topic, and how it was decided; `half`: median of the seconds until the first action."""

    slug: str
    name: str
    open: int
    decisions: int
    half: float | None
    overturned: int


class ByModerator(msgspec.Struct, frozen=True):
    """A moderator's decisions on items of one ground."""

    name: str
    ground: str | None
    count: int
    restricting: int
    overturned: int


class Pace(msgspec.Struct, frozen=True):
    """A moderator's decisions, and the median of the seconds from the item's opening to them."""

    name: str
    count: int
    half: float | None


class OpenAt(msgspec.Struct, frozen=True):
    hour: datetime
    open: int


class MostReported(msgspec.Struct, frozen=True):
    name: str
    count: int
    upheld: int
    declined: int


class Reversals(msgspec.Struct, frozen=True):
    """The restrictions on one ground; `reversed`: overturned or made milder by an appeal."""

    name: str
    count: int
    appealed: int
    reversed: int


async def by_topic(since: datetime, topics: list[str] | None = None) -> list[ByTopic]:
    return await db.fetch(ByTopic, SELECT_BY_TOPIC, since, topics)


async def by_moderator(since: datetime, topics: list[str] | None = None) -> list[ByModerator]:
    return await db.fetch(ByModerator, SELECT_BY_MODERATOR, since, topics)


async def pace(since: datetime, topics: list[str] | None = None) -> list[Pace]:
    return await db.fetch(Pace, SELECT_PACE, since, topics)


async def backlog(since: datetime, topics: list[str] | None = None) -> list[OpenAt]:
    """The number of open items at the end of each hour; `since` is a full hour."""
    return await db.fetch(OpenAt, SELECT_BACKLOG, since, topics)


async def most_reported(viewer: int, since: datetime, topics: list[str] | None = None) -> dict[str, list[MostReported]]:
    """Threads, members and domains with the most reports, without the viewer's own cases."""
    selects = {"threads": SELECT_THREADS, "members": SELECT_MEMBERS, "domains": SELECT_DOMAINS}
    return {name: await db.fetch(MostReported, sql, viewer, since, topics) for name, sql in selects.items()}


async def reporters(since: datetime, topics: list[str] | None = None) -> list[MostReported]:
    return await db.fetch(MostReported, SELECT_REPORTERS, since, topics)


async def reversals(since: datetime, topics: list[str] | None = None) -> list[Reversals]:
    return await db.fetch(Reversals, SELECT_REVERSALS, since, topics)
