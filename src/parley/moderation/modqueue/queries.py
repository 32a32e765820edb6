"""The queue: open items that are not the viewer's own case: illegal and nearly due first, then the riskiest."""

from datetime import UTC, datetime

import msgspec

from parley.discussion.comments.rules import EXCERPT
from parley.discussion.threads import rooms
from parley.moderation.automod.tables import Rule
from parley.moderation.decisions.rules import ACTIONS, SUSPENSION_PROPOSED, UNDO_SECONDS
from parley.moderation.decisions.undoing import SELECT_SANCTION
from parley.moderation.modqueue import arithmetic
from parley.moderation.modqueue.filters import QueueFilter
from parley.moderation.modqueue.kinds import MOST_COUNTED, NEARLY
from parley.moderation.reports.queries import DUE_AT, IS_OPEN, IS_SENSITIVE
from parley.platform import db
from parley.platform.text.cleaning import shorten
from parley.platform.text.durations import lasting
from parley.platform.text.messages import N_, Message

PAGE = 50
EXCERPT_LENGTH = 160
# The most actions of others that an open page is sent.
MOST_ACTIONS = 500
HAS_OTHERS = (
    "exists (select from member o where o.role in ('moderator', 'admin') and o.state = 'active' and o.id <> $1)"
)
# Moderators of rooms see only items of their rooms. Nobody sees items about their own comments or about themselves;
# nor, while somebody else can decide, those about articles that they added or that they reported.
MAY_SEE = f"""
    {rooms.moderates("i.thread")} and not (i.kind = 'member' and i.target = $1)
    and not (i.kind = 'comment' and exists (select from comment o where o.id = i.target and o.author = $1))
    and not (i.kind = 'article' and {HAS_OTHERS}
             and exists (select from thread o where o.id = i.target and o.starter = $1))
    and not ({HAS_OTHERS}
             and exists (select from report o where o.item = i.id and o.reporter = $1 and o.state <> 'resolved'))
"""  # noqa: S608 constants only
# The viewer has passed it on to an admin.
IS_PASSED_ON = """
    (i.escalated and exists (
        select from decision o where o.item = i.id and o.moderator = $1 and o.state in ('in_force', 'awaiting')))
"""
IS_HELD = """
    i.kind = 'comment' and exists (select from comment o where o.id = i.target and o.state in ('pending', 'hidden'))
"""
# Items that the viewer escalated appear only under the filter for escalated items.
IS_CHOSEN = f"""
    {IS_OPEN} and {MAY_SEE}
    and case $2::text
        when 'held' then {IS_HELD}
        when 'reported' then exists (select from report o where o.item = i.id and o.state <> 'resolved')
        when 'rights' then exists (
            select from rights_request q join report o on o.id = q.report where o.item = i.id and o.state <> 'resolved')
        else $2 is null or i.kind = $2 end
    and ($3::text is null or exists (
        select from report o where o.item = i.id and o.guideline = $3 and o.state <> 'resolved'))
    and case when $4 then i.escalated else not {IS_PASSED_ON} end
    and case $5::text when 'mine' then i.claimed_by = $1 and i.claimed_until > now() or i.assigned_to = $1
                      when 'free' then i.claimed_by is null or i.claimed_by = $1 or i.claimed_until <= now()
                      else true end
    and ($6::text is null or (select id from member where name_key = $6) = case i.kind
        when 'member' then i.target when 'comment' then (select o.author from comment o where o.id = i.target) end)
    and ($7::bigint is null or i.thread = $7)
    and ($8::text is null or exists (select from thread o where o.id = i.thread and o.topic = $8))
    and ($9::bigint is null or i.kind = 'comment' and exists (
        select from hit o where o.comment = i.target and o.rule = $9))
    and ($10::int is null or i.opened_at < now() - $10 * interval '1 hour')
    and ($11::bigint is null or i.kind = 'comment' and exists (
        select from raid_hold o where o.comment = i.target and o.raid = $11))
"""  # noqa: S608 constants only
# Urgency before risk, in one number as in the index, so that a scan of it can begin anywhere.
RANK = "({0}.urgency * 1000000 + {0}.risk)"
# The items after the item $12, or all. The first condition lets the index scan begin there.
IS_BEHIND = f"""
    {RANK.format("i")} <= coalesce((select {RANK.format("x")} from queue_item x where id = $12), 'infinity')
    and (a.id is null or {RANK.format("i")} < {RANK.format("a")}
         or {RANK.format("i")} = {RANK.format("a")} and (i.opened_at, i.id) > (a.opened_at, a.id))
"""  # noqa: S608 constants only
IN_ORDER = f"order by {RANK.format('i')} desc, i.opened_at, i.id"
WITH_PAGE = f"""
with page as materialized (
    select i.* from queue_item i left join queue_item a on a.id = $12
    where {IS_CHOSEN} and {IS_BEHIND}
    {IN_ORDER} limit $13
)
"""  # noqa: S608 constants only
WITH_THESE = f"with page as (select i.* from queue_item i where i.id = any($2::bigint[]) and {MAY_SEE})"  # noqa: S608 as above
SELECT_FROM_PAGE = f"""
select i.id, i.kind, i.target, i.version, i.risk, i.urgency, i.escalated, i.opened_at,
       case when i.claimed_by <> $1 and i.claimed_until > now() then h.name end as holder,
       (select o.name from member o where o.id = i.assigned_to) as assigned_to,
       t.title, coalesce(m.name, c.imported_author) as author,
       case i.kind when 'comment' then {EXCERPT} when 'member' then m.bio else t.title end as words,
       {arithmetic.GROUND_COUNTS} as grounds, coalesce(s.people, 0) as people, {IS_SENSITIVE} as sensitive,
       {DUE_AT} as due_at, coalesce(c.state in ('pending', 'hidden'), false) as held
from page i left join thread t on t.id = i.thread left join thread_stats s on s.thread = i.thread
left join comment c on i.kind = 'comment' and c.id = i.target
left join member m on m.id = case i.kind when 'member' then i.target else c.author end
left join member h on h.id = i.claimed_by
{IN_ORDER}
"""  # noqa: S608 constants only
# Counted up to MOST_COUNTED, from the oldest on, so that a long queue costs no more than that.
SELECT_QUEUE_SIZE = f"""
with oldest as materialized (
    select i.opened_at from queue_item i where {IS_CHOSEN} order by i.opened_at limit {MOST_COUNTED}
)
select (select count(*) from oldest) as count, (select min(opened_at) from oldest) as oldest,
       (select count(*) from (
            select from queue_item i where i.opened_at > $12 and {IS_CHOSEN} limit {MOST_COUNTED}) n) as arrived,
       now() as at
"""  # noqa: S608 constants only
# Without a filter.
IS_WAITING = f"{IS_OPEN} and {MAY_SEE} and not {IS_PASSED_ON}"
SELECT_KIND_COUNTS = f"""
select (select count(*) from (select from queue_item i where {IS_WAITING} limit {MOST_COUNTED}) n) as items,
       (select count(*) from (
            select from queue_item i
            where {IS_WAITING} and exists (select from report o where o.item = i.id and o.state <> 'resolved')
            limit {MOST_COUNTED}) n) as reported,
       (select count(*) from (
            select from comment c join queue_item i on i.kind = 'comment' and i.target = c.id
            where (c.state = 'pending' or c.state = 'hidden') and {IS_WAITING} limit {MOST_COUNTED}) n) as held,
       (select count(*) from (
            select distinct i.id from rights_request q join report r on r.id = q.report and r.state <> 'resolved'
            join queue_item i on i.id = r.item where {IS_WAITING} limit {MOST_COUNTED}) n) as rights
"""  # noqa: S608 constants only
SELECT_OTHERS_ACTIONS = f"""
select i.id as item, m.name, null as action from queue_item i join member m on m.id = i.claimed_by
where i.state = 'open' and i.claimed_until > now() and i.claimed_by <> $1 and {MAY_SEE}
union all
(select distinct on (i.id) i.id, m.name, d.action
 from decision d join queue_item i on i.id = d.item join member m on m.id = d.moderator
 where d.created_at > greatest($2, now() - interval '1 day') and d.moderator <> $1 and d.state <> 'undone'
   and d.action <> 'escalate' and i.state = 'done' and {MAY_SEE}
   and not exists (select from report o where o.item = i.id and o.reporter = $1)
 order by i.id, d.id desc limit {MOST_ACTIONS})
order by item
"""  # noqa: S608 constants only
SELECT_UNDOABLE = f"""
select d.id as decision, d.item, d.action, s.action as also, d.state = 'awaiting' as waits,
       s.state = 'awaiting' as also_waits,
       ceil(extract(epoch from d.created_at - now()) + $3)::int as left
from decision d left join decision s on s.id in ({SELECT_SANCTION})
where d.id = $1 and d.moderator = $2 and d.state in ('in_force', 'awaiting')
  and d.created_at > now() - $3 * interval '1 second'
"""  # noqa: S608 constants only


class QueueRow(msgspec.Struct, frozen=True):
    """An item of the list. `grounds`: see arithmetic.py; `urgency`: as in reports/tables.py.

    `held`: a comment that readers cannot see until a moderator decides.
    """

    id: int
    kind: str
    target: int
    version: int
    risk: float
    urgency: int
    escalated: bool
    opened_at: datetime
    holder: str | None
    assigned_to: str | None
    title: str | None
    author: str | None
    words: str | None
    grounds: list[str]
    people: int
    sensitive: bool
    due_at: datetime
    held: bool

    @property
    def excerpt(self) -> str:
        return shorten(self.words or "", EXCERPT_LENGTH)

    @property
    def since(self) -> datetime:
        return self.opened_at

    @property
    def is_nearly_due(self) -> bool:
        return self.due_at < datetime.now(UTC) + NEARLY

    @property
    def due_in(self) -> Message:
        return lasting((self.due_at - datetime.now(UTC)).total_seconds())

    @property
    def late(self) -> bool:
        """Whether it waits for longer than its time to decide."""
        return self.due_at < datetime.now(UTC)

    @property
    def causes(self) -> list[Message]:
        return arithmetic.causes(self.grounds)


async def page(viewer: int, wanted: QueueFilter, *, after: int | None = None, count: int = PAGE) -> list[QueueRow]:
    """The items after the item `after`, or the first ones."""
    return await db.fetch(QueueRow, WITH_PAGE + SELECT_FROM_PAGE, viewer, *wanted.values, after, count)


async def visible_items(viewer: int, items: list[int]) -> list[QueueRow]:
    """The given items, open or not, without those that this moderator does not see."""
    return await db.fetch(QueueRow, WITH_THESE + SELECT_FROM_PAGE, viewer, items)


class QueueCount(msgspec.Struct, frozen=True):
    """The number of open items for a moderator up to MOST_COUNTED, the oldest, and how many are new, as of `at`."""

    count: int
    oldest: datetime | None
    arrived: int
    at: datetime


async def waiting(viewer: int, wanted: QueueFilter | None = None, since: datetime | None = None) -> QueueCount:
    """Count the open items for a moderator; those opened after `since` are new."""
    count = await db.fetch_one(QueueCount, SELECT_QUEUE_SIZE, viewer, *(wanted or QueueFilter()).values, since)
    return count or QueueCount(0, None, 0, datetime.now(UTC))


class KindCounts(msgspec.Struct, frozen=True):
    """How many items wait for a moderator, and of the kinds that the filter names, each up to MOST_COUNTED."""

    items: int
    reported: int
    held: int
    rights: int


async def kind_counts(viewer: int) -> KindCounts:
    return await db.fetch_one(KindCounts, SELECT_KIND_COUNTS, viewer) or KindCounts(0, 0, 0, 0)


class RuleName(msgspec.Struct, frozen=True):
    id: int
    name: str


async def rules() -> list[RuleName]:
    return await db.fetch(RuleName, Rule.select().order_by(Rule.position, Rule.id))


class OthersAction(msgspec.Struct, frozen=True):
    """Another moderator's decision about an item; `action` None: they have claimed it."""

    item: int
    name: str
    action: str | None


async def others_actions(viewer: int, since: datetime) -> list[OthersAction]:
    """The claims of other moderators, and their decisions since then, within a day."""
    return await db.fetch(OthersAction, SELECT_OTHERS_ACTIONS, viewer, since)


class UndoableDecision(msgspec.Struct, frozen=True):
    """A decision that can be undone for `left` more seconds, and the sanction of the author that was made with it.

    A second moderator has to approve what `waits`.
    """

    decision: int
    item: int | None
    action: str
    also: str | None
    waits: bool
    also_waits: bool | None
    left: int

    @property
    def done(self) -> list[Message]:
        made = ((self.action, self.waits), (self.also, self.also_waits))
        return [_proposed(action) if waits else ACTIONS[action].done for action, waits in made if action]


def _proposed(action: str) -> Message:
    if action == "suspend":
        return SUSPENSION_PROPOSED
    return N_("Not done yet: a second moderator has to approve “{action}”").format(action=ACTIONS[action].label)


async def undoable(moderator: int, decision: int) -> UndoableDecision | None:
    """A moderator's own decision; None where it can no longer be undone."""
    return await db.fetch_one(UndoableDecision, SELECT_UNDOABLE, decision, moderator, UNDO_SECONDS)
