"""Reports: what members, and for illegal content anybody, say is wrong; gathered in one item a target."""

import msgspec

from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.http.access import Viewer
from parley.reports import queue_changes, receipts, targets


class Flag(msgspec.Struct, frozen=True):
    """What somebody says is wrong with a target, on the ground of a guideline."""

    kind: str
    target: int
    guideline: str
    text: str = ""
    reporter: Viewer | None = None
    # How to answer a visitor who said so.
    name: str | None = None
    email: str | None = None
    # Of a visitor: the network that the report came from.
    network: str | None = None


class Proven(msgspec.Struct, frozen=True):
    """The item that a report with a proven address is about, and what that report weighs now."""

    item: int
    kind: str
    target: int
    thread: int | None
    weight: float


# One whose reports were mostly declined weighs less, never more for it (trust.md I13); a newcomer's weighs 1. Whoever
# was warned and goes on, nine in ten of them in vain, is heard as before, but weighs nothing (R16).
WEIGHT = """
select case when declined >= 5 and declined >= 9 * upheld and exists(
           select from decision where member = $1 and kind = 'member' and action = 'warn' and state = 'in_force'
       ) then 0 else 2.0 * (1 + upheld) / (2 + upheld + declined) end
from (
    select count(*) filter (where outcome = 'upheld') as upheld,
           count(*) filter (where outcome = 'declined') as declined
    from report where reporter = $1 and state = 'resolved'
) made
"""

# A visitor's report counts once a network and once a text on an item, until its address is proven. After a decision
# the same text still counts as the one that was answered; another person of the same network may have new reasons.
IS_REPEATED = """
select exists(select from report where item = $1 and reporter is null
              and (network = $2 and state <> 'resolved' or lower(btrim(text)) = lower(btrim($3))))
"""
# All unproven reports of an item together weigh less than any member's: they order the items that nothing else does.
MOST_UNPROVEN = 0.01
# Full weight for a proven address, once an item.
PROVE = """
update report r set proven = true, weight = case when exists(
    select from report o
    where o.item = r.item and o.proven and lower(o.email) = lower(r.email) and o.state <> 'resolved'
) then 0 else 1 end
from queue_item i
where i.id = r.item and r.id = $1 and r.reporter is null and r.state <> 'resolved' and not r.proven
returning r.item, i.kind, i.target, i.thread, r.weight
"""

OPEN = """
insert into queue_item (kind, target, thread, opened_at) values ($1, $2, $3, now())
on conflict (kind, target) do update
set version = queue_item.version + 1, state = case when $4 then 'open' else queue_item.state end,
    opened_at = case when queue_item.state = 'open' or not $4 then queue_item.opened_at else now() end,
    acted_at = case when queue_item.state = 'open' or not $4 then queue_item.acted_at end
returning id
"""

ADD = """
insert into report (item, reporter, name, email, guideline, text, weight, network, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, now())
on conflict (item, reporter) where reporter is not null and state <> 'resolved' do nothing
returning id
"""

# The sum of what its reports weigh, each by the gravity of its ground, times how many may see it; trust.md R2.
RISK = """
update queue_item i set risk = r.gravity * (1 + ln(1 + coalesce(s.people, 0)))
from (
    select coalesce(sum(r.weight * g.severity) filter (where r.reporter is not null or r.proven), 0)
         + MOST_UNPROVEN * (1 - 1 / (1 + coalesce(sum(r.weight * g.severity)
                                         filter (where r.reporter is null and not r.proven), 0)))
         + coalesce((select sum(g.severity)
                     from hit h join rule u on u.id = h.rule join guideline g on g.code = u.guideline
                     where h.acted and h.comment = (
                        select target from queue_item where id = $1 and kind = 'comment')), 0)
           as gravity
    from report r join guideline g on g.code = r.guideline where r.item = $1 and r.state <> 'resolved'
) r, queue_item o left join thread_stats s on s.thread = o.thread
where i.id = $1 and o.id = $1
""".replace("MOST_UNPROVEN", str(MOST_UNPROVEN))


async def report(flag: Flag) -> int:
    """Take a report down and return its number; the same member's second one on a target is the first.

    Raises NotFound where there is no such target or guideline, Forbidden where the reporter may not.
    """
    illegal = await db.value("select illegal from guideline where code = $1 and not retired", flag.guideline)
    if illegal is None:
        raise Refused("Please choose what is wrong with it.")
    if flag.reporter is None and not illegal:
        raise Forbidden("Please sign in to report this. Only illegal content can be reported without an account.")
    async with db.atomic():
        target = await targets.lock(flag.kind, flag.target)
        if target.kind == "comment" and target.state not in ("visible", "hidden"):
            raise NotFound("This comment no longer exists, so it cannot be reported.")
        if flag.reporter is not None and flag.reporter.id == target.member:
            raise Forbidden("This is your own. You can edit or delete it yourself.")
        weight = await _weight(flag)
        item = await open_item(flag.kind, flag.target, target.thread, again=weight > 0)
        return await _add(item, flag, weight)


async def open_item(kind: str, target: int, thread: int | None, *, again: bool = True) -> int:
    """The item of a target, a new one if it has none; one that was done with is opened `again` or stays closed."""
    item: int = await db.value(OPEN, kind, target, thread, again)
    await queue_changes.notify_queue()
    return item


async def weigh(item: int) -> None:
    """Work out an item's risk anew."""
    await db.execute(RISK, item)


async def prove(report: int) -> bool:
    """Give a visitor's report the weight of a member's: its address is proven. False where it is done with."""
    async with db.atomic():
        proven = await db.fetch_one(Proven, PROVE, report)
        if proven is not None:
            await open_item(proven.kind, proven.target, proven.thread, again=proven.weight > 0)
            await weigh(proven.item)
    return proven is not None


async def _weight(flag: Flag) -> float:
    if flag.reporter is not None:
        return float(await db.value(WEIGHT, flag.reporter.id))
    item = await db.value("select id from queue_item where kind = $1 and target = $2", flag.kind, flag.target)
    return 0.0 if await db.value(IS_REPEATED, item, flag.network, flag.text) else 1.0


async def _add(item: int, flag: Flag, weight: float) -> int:
    reporter = flag.reporter.id if flag.reporter else None
    made: int | None = await db.value(
        ADD, item, reporter, flag.name, flag.email, flag.guideline, flag.text, weight, flag.network
    )
    await weigh(item)
    if made is not None:
        await receipts.confirm(made)
        return made
    first: int = await db.value(
        "select id from report where item = $1 and reporter = $2 and state <> 'resolved'", item, reporter
    )
    return first
