"""Reports by members, and by anybody for illegal content; all reports of a target share one queue item."""

from collections.abc import Awaitable, Callable

import msgspec

from parley.core import db
from parley.core.errors import Forbidden, NotFound, Refused
from parley.core.http.access import Viewer
from parley.core.text.messages import N_
from parley.reports import queue_changes, receipts, targets


class Flag(msgspec.Struct, frozen=True):
    """A report as it was entered."""

    kind: str
    target: int
    guideline: str
    text: str = ""
    reporter: Viewer | None = None
    # Of a visitor: how to reply, and the network that the report came from.
    name: str | None = None
    email: str | None = None
    network: str | None = None
    gets_receipt: bool = True


class ConfirmedReport(msgspec.Struct, frozen=True):
    """The item of a report whose address was confirmed, and the report's new weight."""

    item: int
    kind: str
    target: int
    thread: int | None
    weight: float


# A member's reports weigh less the more of them were declined, and 1 without a history. They weigh 0 for a member who
# was warned and whose reports are still declined nine times in ten (moderation-proofs.md I13, R16).
SELECT_WEIGHT = """
select case when declined >= 5 and declined >= 9 * upheld and exists(
           select from decision where member = $1 and kind = 'member' and action = 'warn' and state = 'in_force'
       ) then 0 else 2.0 * (1 + upheld) / (2 + upheld + declined) end
from (
    select count(*) filter (where outcome = 'upheld') as upheld,
           count(*) filter (where outcome = 'declined') as declined
    from report where reporter = $1 and state = 'resolved'
) made
"""

# A visitor's report weighs nothing until its address is confirmed if the item has an open one from the same network, or
# any with the same text.
IS_REPEATED = """
select exists(select from report where item = $1 and reporter is null
              and (network = $2 and state <> 'resolved' or lower(btrim(text)) = lower(btrim($3))))
"""
# The limit of the weight of all unconfirmed reports of an item together: less than that of any member's report.
MOST_UNCONFIRMED = 0.01
# A confirmed address has full weight, once per item.
CONFIRM_REPORT = """
update report r set proven = true, weight = case when exists(
    select from report o
    where o.item = r.item and o.proven and lower(o.email) = lower(r.email) and o.state <> 'resolved'
) then 0 else 1 end
from queue_item i
where i.id = r.item and r.id = $1 and r.reporter is null and r.state <> 'resolved' and not r.proven
returning r.item, i.kind, i.target, i.thread, r.weight
"""

OPEN_ITEM = """
insert into queue_item (kind, target, thread, opened_at) values ($1, $2, $3, now())
on conflict (kind, target) do update
set version = queue_item.version + 1, state = case when $4 then 'open' else queue_item.state end,
    opened_at = case when queue_item.state = 'open' or not $4 then queue_item.opened_at else now() end,
    acted_at = case when queue_item.state = 'open' or not $4 then queue_item.acted_at end
returning id
"""

INSERT_REPORT = """
insert into report (item, reporter, name, email, guideline, text, weight, network, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, now())
on conflict (item, reporter) where reporter is not null and state <> 'resolved' do nothing
returning id
"""

# Weight times severity of all reports and rule matches, times 1 + ln(1 + people in the thread).
UPDATE_RISK = """
update queue_item i set risk = r.gravity * (1 + ln(1 + coalesce(s.people, 0)))
from (
    select coalesce(sum(r.weight * g.severity) filter (where r.reporter is not null or r.proven), 0)
         + MOST_UNCONFIRMED * (1 - 1 / (1 + coalesce(sum(r.weight * g.severity)
                                         filter (where r.reporter is null and not r.proven), 0)))
         + coalesce((select sum(g.severity)
                     from hit h join rule u on u.id = h.rule join guideline g on g.code = u.guideline
                     where h.acted and h.comment = (
                        select target from queue_item where id = $1 and kind = 'comment')), 0)
           as gravity
    from report r join guideline g on g.code = r.guideline where r.item = $1 and r.state <> 'resolved'
) r, queue_item o left join thread_stats s on s.thread = o.thread
where i.id = $1 and o.id = $1
""".replace("MOST_UNCONFIRMED", str(MOST_UNCONFIRMED))


async def report(flag: Flag) -> int:
    """Save a report and return its id; a member's second report of a target is the same as the first.

    Raises NotFound where there is no such target, Refused without a guideline, Forbidden where the reporter may not.
    """
    illegal = await db.value("select illegal from guideline where code = $1 and not retired", flag.guideline)
    if illegal is None:
        raise Refused(N_("Please choose what is wrong with it."))
    if flag.reporter is None and not illegal:
        raise Forbidden(N_("Please sign in to report this. Only illegal content can be reported without an account."))
    async with db.atomic():
        target = await targets.lock(flag.kind, flag.target)
        if target.kind == "comment" and target.state not in ("visible", "hidden"):
            raise NotFound(N_("This comment no longer exists, so it cannot be reported."))
        if flag.reporter is not None and flag.reporter.id == target.member and target.kind != "article":
            raise Forbidden(N_("This is your own. You can edit or delete it yourself."))
        weight = await _weight(flag)
        item = await open_item(flag.kind, flag.target, target.thread, again=weight > 0)
        return await _add(item, flag, weight)


async def open_item(kind: str, target: int, thread: int | None, *, again: bool = True) -> int:
    """Return the item of a target, creating it if needed. A closed item opens if `again`."""
    item: int = await db.value(OPEN_ITEM, kind, target, thread, again)
    await queue_changes.notify_queue()
    return item


async def update_risk(item: int) -> None:
    await db.execute(UPDATE_RISK, item)


# Called with a visitor's report in the transaction in which its address is confirmed; hooks.py fills this in.
after_confirmed: list[Callable[[int], Awaitable[None]]] = []


async def confirm_address(report: int) -> bool:
    """Give a visitor's report full weight. False where it was answered or confirmed before."""
    async with db.atomic():
        confirmed = await db.fetch_one(ConfirmedReport, CONFIRM_REPORT, report)
        if confirmed is not None:
            await open_item(confirmed.kind, confirmed.target, confirmed.thread, again=confirmed.weight > 0)
            await update_risk(confirmed.item)
            for hook in after_confirmed:
                await hook(report)
    return confirmed is not None


async def _weight(flag: Flag) -> float:
    if flag.reporter is not None:
        return float(await db.value(SELECT_WEIGHT, flag.reporter.id))
    item = await db.value("select id from queue_item where kind = $1 and target = $2", flag.kind, flag.target)
    return 0.0 if await db.value(IS_REPEATED, item, flag.network, flag.text) else 1.0


async def _add(item: int, flag: Flag, weight: float) -> int:
    reporter = flag.reporter.id if flag.reporter else None
    made: int | None = await db.value(
        INSERT_REPORT, item, reporter, flag.name, flag.email, flag.guideline, flag.text, weight, flag.network
    )
    await update_risk(item)
    if made is not None:
        if flag.gets_receipt:
            await receipts.send_receipt(made)
        return made
    first: int = await db.value(
        "select id from report where item = $1 and reporter = $2 and state <> 'resolved'", item, reporter
    )
    return first
