"""The queue: what is open and not the viewer's own, the greatest risk first."""

from datetime import UTC, datetime

import msgspec

from parley.core import db
from parley.core.text import markdown
from parley.core.text.cleaning import shortened
from parley.decisions.rules import UNDO_SECONDS
from parley.reports.guidelines import SENSITIVE

PAGE = 50
EXCERPT = 160
# Of what others decided, a page that stays open is told so much.
MOST_DEEDS = 500


class QueueFilter(msgspec.Struct, frozen=True):
    """What of the queue a moderator wants to see. `claimed`: `mine`, `free` or all."""

    kind: str | None = None
    ground: str | None = None
    escalated: bool = False
    claimed: str | None = None

    @property
    def query(self) -> str:
        """The end of an address that says so."""
        chosen = {"kind": self.kind, "ground": self.ground, "claimed": self.claimed}
        parts = [f"{name}={value}" for name, value in chosen.items() if value]
        parts += ["escalated=1"] if self.escalated else []
        return "?" + "&".join(parts) if parts else ""


def first_words(html: str | None, other: str | None) -> str:
    """How a comment begins, as it reads and not as it was typed; where there is no comment, how `other` begins."""
    return shortened(other or "", EXCERPT) if html is None else markdown.excerpt(html, EXCERPT)


class QueueRow(msgspec.Struct, frozen=True):
    """An item as the list shows it. `grounds` are the parts of its risk, how often it was named and which it is."""

    id: int
    kind: str
    version: int
    risk: float
    escalated: bool
    opened_at: datetime
    holder: str | None
    title: str | None
    author: str | None
    html: str | None
    words: str | None
    grounds: list[str]
    people: int
    sensitive: bool

    @property
    def excerpt(self) -> str:
        return first_words(self.html, self.words)


# Nobody decides on their own comments, on themselves, or on what they reported: such items are not there for them.
NOT_OWN = """
    not (i.kind = 'member' and i.target = $1)
    and not (i.kind = 'comment' and exists (select from comment o where o.id = i.target and o.author = $1))
    and not exists (select from report o where o.item = i.id and o.reporter = $1 and o.state <> 'resolved')
"""
# What one has passed on is there for the others, and for oneself only where one looks for it.
CHOSEN = f"""
    i.state = 'open' and {NOT_OWN}
    and ($2::text is null or i.kind = $2)
    and ($3::text is null or exists (
        select from report o where o.item = i.id and o.guideline = $3 and o.state <> 'resolved'))
    and case when $4 then i.escalated else not (i.escalated and exists (
        select from decision o where o.item = i.id and o.moderator = $1 and o.state in ('in_force', 'awaiting'))) end
    and case $5::text when 'mine' then i.claimed_by = $1 and i.claimed_until > now()
                      when 'free' then i.claimed_by is null or i.claimed_by = $1 or i.claimed_until <= now()
                      else true end
"""  # noqa: S608 constants only
# What a hold's ground is: that of the rules that acted.
GROUNDS = """
    array(select count(*) || ' \u00d7 ' || o.ground from (
        select guideline as ground from report where item = i.id and state <> 'resolved'
        union all
        select u.guideline from hit h join rule u on u.id = h.rule
        where i.kind = 'comment' and h.comment = i.target and h.acted) o
    group by o.ground order by count(*) desc, o.ground)
"""
IS_SENSITIVE = f"""
    exists (select from report o join guideline g on g.code = o.guideline
            where o.item = i.id and o.state <> 'resolved' and g.severity >= {SENSITIVE})
"""

# What comes after the item $6, or everything. The first condition is for the index, which then begins there.
FOLLOWS = """
    i.risk <= coalesce((select risk from queue_item where id = $6), 'infinity')
    and (a.id is null or i.risk < a.risk or i.risk = a.risk and (i.opened_at, i.id) > (a.opened_at, a.id))
"""
PAGE_OF = f"""
with page as materialized (
    select i.* from queue_item i left join queue_item a on a.id = $6
    where {CHOSEN} and {FOLLOWS}
    order by i.risk desc, i.opened_at, i.id limit $7
)
"""  # noqa: S608 constants only
ONE_OF = f"with page as (select i.* from queue_item i where i.id = $2 and i.state = 'open' and {NOT_OWN})"  # noqa: S608 as above
ROWS = f"""
select i.id, i.kind, i.version, i.risk, i.escalated, i.opened_at,
       case when i.claimed_by <> $1 and i.claimed_until > now() then h.name end as holder,
       t.title, coalesce(m.name, c.imported_author) as author,
       c.html, case i.kind when 'member' then m.bio else t.title end as words,
       {GROUNDS} as grounds, coalesce(s.people, 0) as people, {IS_SENSITIVE} as sensitive
from page i left join thread t on t.id = i.thread left join thread_stats s on s.thread = i.thread
left join comment c on i.kind = 'comment' and c.id = i.target
left join member m on m.id = case i.kind when 'member' then i.target else c.author end
left join member h on h.id = i.claimed_by
order by i.risk desc, i.opened_at, i.id
"""  # noqa: S608 constants only


async def page(viewer: int, wanted: QueueFilter, *, after: int | None = None, count: int = PAGE) -> list[QueueRow]:
    """The items that come after the item `after`, or the first ones."""
    return await db.fetch(QueueRow, PAGE_OF + ROWS, viewer, *msgspec.structs.astuple(wanted), after, count)


async def row(viewer: int, item: int) -> QueueRow | None:
    """One open item as the list shows it."""
    return await db.fetch_one(QueueRow, ONE_OF + ROWS, viewer, item)


class QueueCount(msgspec.Struct, frozen=True):
    """How much waits for a moderator, since when, and how much of it is new; `at` is the moment that this holds of."""

    count: int
    oldest: datetime | None
    arrived: int
    at: datetime


WAITING = f"""
select count(*), min(opened_at) as oldest, count(*) filter (where opened_at > $6) as arrived, now() as at
from queue_item i where {CHOSEN}
"""  # noqa: S608 constants only


async def waiting(viewer: int, wanted: QueueFilter | None = None, since: datetime | None = None) -> QueueCount:
    """What waits for this moderator; new is what was opened after `since`."""
    found = await db.fetch_one(QueueCount, WAITING, viewer, *msgspec.structs.astuple(wanted or QueueFilter()), since)
    return found or QueueCount(0, None, 0, datetime.now(UTC))


class OthersAction(msgspec.Struct, frozen=True):
    """What another moderator does about an item: `action` is what they decided, None while they look at it."""

    item: int
    name: str
    action: str | None


DEEDS = f"""
select i.id as item, m.name, null as action from queue_item i join member m on m.id = i.claimed_by
where i.state = 'open' and i.claimed_until > now() and i.claimed_by <> $1 and {NOT_OWN}
union all
(select distinct on (i.id) i.id, m.name, d.action
 from decision d join queue_item i on i.id = d.item join member m on m.id = d.moderator
 where d.created_at > greatest($2, now() - interval '1 day') and d.moderator <> $1 and d.state <> 'undone'
   and d.action <> 'escalate' and i.state = 'done' and {NOT_OWN}
   and not exists (select from report o where o.item = i.id and o.reporter = $1)
 order by i.id, d.id desc limit {MOST_DEEDS})
order by item
"""  # noqa: S608 constants only


async def others_actions(viewer: int, since: datetime) -> list[OthersAction]:
    """What the other moderators look at, and what they decided since, within a day."""
    return await db.fetch(OthersAction, DEEDS, viewer, since)


class Done(msgspec.Struct, frozen=True):
    """A decision that can be taken back for `left` seconds more."""

    decision: int
    item: int
    action: str
    left: int


DONE = """
select id as decision, item, action, ceil(extract(epoch from created_at - now()) + $3)::int as left from decision
where id = $1 and moderator = $2 and item is not null and state in ('in_force', 'awaiting')
  and created_at > now() - $3 * interval '1 second'
"""


async def just_done(moderator: int, decision: int) -> Done | None:
    """A moderator's own decision, as long as it can be undone."""
    return await db.fetch_one(Done, DONE, decision, moderator, UNDO_SECONDS)


class ItemName(msgspec.Struct, frozen=True):
    """An item by what one recognises it by."""

    id: int
    author: str | None
    html: str | None
    words: str | None
    sensitive: bool

    @property
    def excerpt(self) -> str:
        return first_words(self.html, self.words)


NAMED = f"""
select i.id, coalesce(m.name, c.imported_author) as author,
       c.html, coalesce(t.title, m.name) as words, {IS_SENSITIVE} as sensitive
from queue_item i left join thread t on t.id = i.thread left join comment c on i.kind = 'comment' and c.id = i.target
left join member m on m.id = case i.kind when 'member' then i.target else c.author end
where i.id = any($2::bigint[]) and {NOT_OWN}
"""  # noqa: S608 constants only


async def named(viewer: int, items: list[int]) -> list[ItemName]:
    """Those of the items that are there for this moderator."""
    return await db.fetch(ItemName, NAMED, viewer, items)
