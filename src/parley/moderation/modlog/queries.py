"""Reading the record: for staff, for the public, and as counts of a year."""

from datetime import date, datetime
from itertools import groupby
from typing import TypeVar

import msgspec

from parley.discussion.threads import rooms
from parley.moderation.modlog import wording
from parley.moderation.modlog.public_wording import PUBLIC
from parley.platform import db

PAGE = 50
# The thread of an entry: of what is about a member, that of the decision.
THREAD_OF_ENTRY = """
case mod_action.kind when 'article' then mod_action.target
when 'comment' then (select o.thread from comment o where o.id = mod_action.target)
else (select o.thread from decision o where o.id = mod_action.decision) end
"""
SELECT_ENTRIES = f"""
with page as materialized (
    select * from mod_action
    where ($1::text is null or actor = (select id from member where name_key = $1))
      and ($2::text is null or action = $2) and ($3::text is null or kind = $3)
      and ($4::boolean is null or automated = $4)
      and ($5::date is null or at >= $5::date::timestamptz) and ($6::date is null or at < ($6::date + 1)::timestamptz)
      and ($7::bigint is null or id < $7) and ({rooms.moderates(THREAD_OF_ENTRY, "$9")}
           or kind = 'raid' and exists (select from raid r join room_moderator o on o.topic = r.topic
                                        where r.id = mod_action.target and o.member = $9))
    order by id desc limit $8
)
select a.id, a.at, m.name as actor, a.action, a.kind, a.target, a.before::text as before, a.after::text as after,
       g.title as guideline, a.reason, a.automated, a.decision,
       case a.kind when 'rule' then u.name when 'feed' then coalesce(nullif(f.title, ''), f.url)
       else coalesce(w.name, c.imported_author) end as about,
       t.id as thread, t.title
from page a left join member m on m.id = a.actor left join guideline g on g.code = a.guideline
left join comment c on a.kind = 'comment' and c.id = a.target
left join thread t on t.id = case a.kind when 'article' then a.target else c.thread end
left join member w on w.id = case a.kind when 'member' then a.target else c.author end
left join rule u on a.kind = 'rule' and u.id = a.target
left join inbound_feed f on a.kind = 'feed' and f.id = a.target
order by a.id desc
"""  # noqa: S608 constants only
# Decisions that came into force and were not undone. Approvals only if the comment had been held or hidden.
IS_PUBLIC = """
a.action = any($1::text[]) and (a.action <> 'approve' or a.before <> '{}' and a.kind = 'comment')
and not exists (select from decision d where d.id = a.decision and d.state in ('awaiting', 'undone', 'rejected'))
"""
SELECT_PUBLIC_ENTRIES = f"""
with page as materialized (
    select * from mod_action a where {IS_PUBLIC} and ($2::bigint is null or a.id < $2) order by a.id desc limit $3
)
select a.id, a.at, a.action, a.kind, g.title as guideline, a.automated, t.id as thread, t.slug, t.title
from page a left join guideline g on g.code = a.guideline
left join comment c on a.kind = 'comment' and c.id = a.target
left join thread t on t.id = case a.kind when 'article' then a.target else c.thread end
order by a.id desc
"""  # noqa: S608 constants only
# Leaves out entries about a decision that was made before.
IS_DECISION = "a.action not like 'appeal.%' and a.action not in ('lift', 'end')"
SELECT_COUNTS = f"""
select to_char(a.at, 'YYYY-MM') as month, a.action, coalesce(a.guideline, '') as rule, a.automated, count(*) as count,
       count(p.id) filter (where {IS_DECISION}) as appeals,
       count(*) filter (where {IS_DECISION} and d.state = 'overturned') as overturned
from mod_action a left join decision d on d.id = a.decision left join appeal p on p.decision = d.id
where {IS_PUBLIC} and a.at >= make_date($2, 1, 1)::timestamptz and a.at < make_date($2 + 1, 1, 1)::timestamptz
group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""  # noqa: S608 constants only


class LogQuery(msgspec.Struct, frozen=True):
    """A filter of the record; `who` is the key of an actor's name."""

    who: str | None = None
    action: str | None = None
    kind: str | None = None
    automated: bool | None = None
    since: date | None = None
    until: date | None = None


class LogRow(msgspec.Struct, frozen=True):
    """An entry with the names of its actor and of the member concerned (`about`)."""

    id: int
    at: datetime
    actor: str | None
    action: str
    kind: str
    target: int
    before: str
    after: str
    guideline: str | None
    reason: str
    automated: bool
    decision: int | None
    about: str | None
    thread: int | None
    title: str | None

    @property
    def action_name(self) -> str:
        # An entry that changed nothing records a proposal.
        is_proposal = self.after == "{}" and self.action in wording.PROPOSED
        return wording.PROPOSED[self.action] if is_proposal else wording.action_name(self.action)

    @property
    def change(self) -> tuple[str, str] | None:
        return wording.change(msgspec.json.decode(self.before), msgspec.json.decode(self.after))


async def entries(viewer: int, query: LogQuery, *, before: int | None = None) -> list[LogRow]:
    """The newest entries that this moderator may see, or those before `before`; one more than fits the page, if any."""
    return await db.fetch(LogRow, SELECT_ENTRIES, *msgspec.structs.astuple(query), before, PAGE + 1, viewer)


class PublicRow(msgspec.Struct, frozen=True):
    """An entry as the public reads it, without names and texts."""

    id: int
    at: datetime
    action: str
    kind: str
    guideline: str | None
    automated: bool
    thread: int | None
    slug: str | None
    title: str | None

    @property
    def what(self) -> str:
        return PUBLIC.get(f"{self.kind}.{self.action}") or PUBLIC[self.action]


async def public_entries(before: int | None = None) -> list[PublicRow]:
    """As `entries`, for the public."""
    return await db.fetch(PublicRow, SELECT_PUBLIC_ENTRIES, list(PUBLIC), before, PAGE + 1)


class Count(msgspec.Struct, frozen=True):
    """The number of an action in a month on the ground of a guideline, and of its appeals."""

    month: str
    action: str
    rule: str
    automated: bool
    count: int
    appeals: int
    overturned: int


async def counts(year: int) -> list[Count]:
    """The public entries of a year, counted by month."""
    return await db.fetch(Count, SELECT_COUNTS, list(PUBLIC), year)


async def first_year() -> int | None:
    year: int | None = await db.value("select extract(year from at)::int from mod_action order by id limit 1")
    return year


Row = TypeVar("Row", LogRow, PublicRow)


def by_day(rows: list[Row]) -> list[tuple[datetime, list[Row]]]:
    """Group rows by day, each group with the time of its newest row."""
    days = [list(group) for _, group in groupby(rows, key=lambda row: row.at.date())]
    return [(day[0].at, day) for day in days]
