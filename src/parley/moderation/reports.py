"""Reports: what members, and for illegal content anybody, say is wrong; gathered in one item a target."""

import msgspec

from parley.core import db
from parley.core.access import Viewer
from parley.core.errors import Forbidden, NotFound, Refused
from parley.moderation import desks, receipts, targets


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

# A visitor's report counts once a network and once a text on an item, until its address is proven.
IS_REPEATED = """
select exists(select from report where item = $1 and reporter is null and state <> 'resolved'
              and (network = $2 or lower(btrim(text)) = lower(btrim($3))))
"""
# All unproven reports of an item together weigh less than any member's: they order the items that nothing else does.
MOST_UNPROVEN = 0.01
# Full weight for a proven address, once an item.
PROVE = """
update report r set proven = true, weight = case when exists(
    select from report o
    where o.item = r.item and o.proven and lower(o.email) = lower(r.email) and o.state <> 'resolved'
) then 0 else 1 end
where r.id = $1 and r.reporter is null and r.state <> 'resolved' and not r.proven returning r.item
"""

OPEN = """
insert into item (kind, target, thread, opened_at) values ($1, $2, $3, now())
on conflict (kind, target) do update
set version = item.version + 1, state = 'open',
    opened_at = case item.state when 'open' then item.opened_at else now() end,
    acted_at = case item.state when 'open' then item.acted_at end
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
update item i set risk = r.gravity * (1 + ln(1 + coalesce(s.people, 0)))
from (
    select coalesce(sum(r.weight * g.severity) filter (where r.reporter is not null or r.proven), 0)
         + MOST_UNPROVEN * (1 - 1 / (1 + coalesce(sum(r.weight * g.severity)
                                         filter (where r.reporter is null and not r.proven), 0)))
         + coalesce((select sum(g.severity)
                     from hit h join rule u on u.id = h.rule join guideline g on g.code = u.guideline
                     where h.acted and h.comment = (select target from item where id = $1 and kind = 'comment')), 0)
           as gravity
    from report r join guideline g on g.code = r.guideline where r.item = $1 and r.state <> 'resolved'
) r, item o left join standing s on s.thread = o.thread
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
            raise NotFound("This comment is no longer there, so it cannot be reported.")
        if flag.reporter is not None and flag.reporter.id == target.member:
            raise Forbidden("This is your own. You can edit or delete it yourself.")
        item = await open_item(flag.kind, flag.target, target.thread)
        return await _add(item, flag)


async def open_item(kind: str, target: int, thread: int | None) -> int:
    """The item of a target, opened again if it was done with."""
    item: int = await db.value(OPEN, kind, target, thread)
    await desks.stir()
    return item


async def weigh(item: int) -> None:
    """Work out an item's risk anew."""
    await db.execute(RISK, item)


async def prove(report: int) -> bool:
    """Give a visitor's report the weight of a member's: its address is proven. False where it is done with."""
    async with db.atomic():
        item: int | None = await db.value(PROVE, report)
        if item is not None:
            await weigh(item)
            await desks.stir()
    return item is not None


async def _visitor_weight(item: int, flag: Flag) -> float:
    return 0.0 if await db.value(IS_REPEATED, item, flag.network, flag.text) else 1.0


async def _add(item: int, flag: Flag) -> int:
    reporter = flag.reporter.id if flag.reporter else None
    weight = await db.value(WEIGHT, reporter) if reporter else await _visitor_weight(item, flag)
    made: int | None = await db.value(
        ADD, item, reporter, flag.name, flag.email, flag.guideline, flag.text, float(weight), flag.network
    )
    await weigh(item)
    if made is not None:
        await receipts.confirm(made)
        return made
    first: int = await db.value(
        "select id from report where item = $1 and reporter = $2 and state <> 'resolved'", item, reporter
    )
    return first
