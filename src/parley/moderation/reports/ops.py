"""Reports by members, and by anybody for illegal content; all reports of a target share one queue item."""

from collections.abc import Awaitable, Callable

import msgspec

from parley.moderation.reports import hiding, receipts, targets
from parley.moderation.reports.queries import IS_NEARLY_DUE, URGENCY
from parley.moderation.reports.tables import QueueItem, Report
from parley.people.accounts.viewer import Viewer
from parley.people.community.tables import Guideline
from parley.platform import db
from parley.platform.errors import Forbidden, NotFound, Refused
from parley.platform.events.notify import Signal, notify
from parley.platform.text.messages import N_

# A member's reports weigh 1 without a history, towards 2 as they are upheld and towards 0 as they are declined. They
# weigh 0 for a member with a warning in force and at least five declined reports, at least nine times as many as upheld
# ones (moderation-proofs.md I13, R16).
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
# If the item has an open visitor's report from the same network, or any with the same text, a visitor's report has no
# weight until its address is confirmed.
CHECK_REPEATED = """
select exists(select from report where item = $1 and reporter is null
              and (network = $2 and state <> 'resolved' or lower(btrim(text)) = lower(btrim($3))))
"""
# The most that all unconfirmed reports of an item add to its gravity together.
MOST_UNCONFIRMED = 0.01
OPEN_ITEM = """
insert into queue_item (kind, target, thread, opened_at) values ($1, $2, $3, now())
on conflict (kind, target) do update
set version = queue_item.version + 1, asked_until = null, state = case when $4 then 'open' else queue_item.state end,
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
# (The sum of weight * severity of the open reports, the unconfirmed ones capped at MOST_UNCONFIRMED, plus the severity
# of each hit that acted) * (1 + ln(1 + people in the thread)).
UPDATE_RISK = """
update queue_item i set risk = r.gravity * (1 + ln(1 + coalesce(s.people, 0))), urgency = URGENCY
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
""".replace("MOST_UNCONFIRMED", str(MOST_UNCONFIRMED)).replace("URGENCY", URGENCY)
# Time alone makes an item urgent, so a job looks for those that became it.
RAISE_NEARLY_DUE = f"""
update queue_item i set urgency = 1 where i.state = 'open' and i.urgency = 0 and {IS_NEARLY_DUE}
"""  # noqa: S608 constants only
# The mailbox of an address, as in people/accounts/addresses.py: mailbox.
MAILBOX = r"lower(regexp_replace({}.email, '\+[^@]*@', '@'))"
# A report whose address is confirmed weighs 1, or 0 if the same mailbox confirmed another open report of the item.
CONFIRM_REPORT = f"""
update report r set proven = true, weight = case when exists(
    select from report o
    where o.item = r.item and o.proven and {MAILBOX.format("o")} = {MAILBOX.format("r")} and o.state <> 'resolved'
) then 0 else 1 end
from queue_item i
where i.id = r.item and r.id = $1 and r.reporter is null and r.state <> 'resolved' and not r.proven
returning r.item, i.kind, i.target, i.thread, r.weight
"""  # noqa: S608 constants only
# Members can report the articles that they added: the texts are not theirs.
OWN = {
    "comment": N_("This is your own comment. You can edit or delete it."),
    "member": N_("You cannot report yourself."),
}


class ReportInput(msgspec.Struct, frozen=True):
    kind: str
    target: int
    guideline: str
    text: str = ""
    reporter: Viewer | None = None
    # For a visitor: how to reply, and the network that the report came from.
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


async def report(entered: ReportInput) -> int:
    """Save a report and return its id.

    If the member already has an open report of this target, save nothing and return that report's id. Raises NotFound
    if there is no such target, Refused without a guideline, Forbidden if the reporter may not report it.
    """
    illegal = await db.value(
        Guideline.select(Guideline.illegal).where(Guideline.code == entered.guideline, Guideline.retired == False)  # noqa: E712 SQL
    )
    if illegal is None:
        raise Refused(N_("Please choose which rule it breaks."))
    if entered.reporter is None and not illegal:
        raise Forbidden(
            N_(
                "You can report only illegal content without an account, while your account is silenced, or before "
                "your e-mail address is confirmed."
            )
        )
    async with db.atomic():
        target = await targets.lock(entered.kind, entered.target)
        if target.kind == "comment" and target.state not in ("visible", "hidden"):
            raise NotFound(N_("This comment no longer exists."))
        if entered.reporter is not None and entered.reporter.id == target.member and target.kind != "article":
            raise Forbidden(OWN[target.kind])
        weight = await _weight(entered)
        item = await open_item(entered.kind, entered.target, target.thread, reopen=weight > 0)
        made = await _add(item, entered, weight)
        await hiding.hide_if_many(target, item)
        return made


async def open_item(kind: str, target: int, thread: int | None, *, reopen: bool = True) -> int:
    """Return the item of a target, creating it if needed. A closed item opens if `reopen`."""
    item: int = await db.value(OPEN_ITEM, kind, target, thread, reopen)
    await notify_queue()
    return item


async def notify_queue() -> None:
    """Have all open queue pages update after the commit."""
    await db.when_committed(lambda: notify(Signal(0, queue=True)))


async def update_risk(item: int) -> None:
    await db.execute(UPDATE_RISK, item)


async def raise_nearly_due() -> int:
    """Put the open items that became nearly due before the others; return their number."""
    return await db.execute(RAISE_NEARLY_DUE)


# Called with a visitor's report in the transaction in which its address is confirmed; hooks.py fills this in.
after_confirmed: list[Callable[[int], Awaitable[None]]] = []


async def confirm_address(report: int) -> bool:
    """Confirm the address of a visitor's report.

    The report then has weight 1, or 0 if the same mailbox confirmed another one of the item. Return False if it was
    confirmed or resolved before.
    """
    async with db.atomic():
        confirmed = await db.fetch_one(ConfirmedReport, CONFIRM_REPORT, report)
        if confirmed is not None:
            await open_item(confirmed.kind, confirmed.target, confirmed.thread, reopen=confirmed.weight > 0)
            await update_risk(confirmed.item)
            for hook in after_confirmed:
                await hook(report)
    return confirmed is not None


async def _weight(entered: ReportInput) -> float:
    if entered.reporter is not None:
        return float(await db.value(SELECT_WEIGHT, entered.reporter.id))
    items = QueueItem.select(QueueItem.id).where(QueueItem.kind == entered.kind, QueueItem.target == entered.target)
    item = await db.value(items)
    return 0.0 if await db.value(CHECK_REPEATED, item, entered.network, entered.text) else 1.0


async def _add(item: int, entered: ReportInput, weight: float) -> int:
    reporter = entered.reporter.id if entered.reporter else None
    made: int | None = await db.value(
        INSERT_REPORT,
        item,
        reporter,
        entered.name,
        entered.email,
        entered.guideline,
        entered.text,
        weight,
        entered.network,
    )
    await update_risk(item)
    if made is not None:
        if entered.gets_receipt:
            await receipts.send_receipt(made)
        return made
    waiting = (Report.item == item) & (Report.reporter == reporter) & (Report.state != "resolved")
    first: int = await db.value(Report.select(Report.id).where(waiting))
    return first
