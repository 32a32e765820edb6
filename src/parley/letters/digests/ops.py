"""Subscriptions to the digest: start, change the schedule, pause, stop. Picks: threads that moderators recommend."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from parley.letters.digests.queries import SubscriptionRow, subscription_of
from parley.letters.digests.schedule import Schedule, next_due
from parley.letters.digests.tables import Pick, Subscription
from parley.people.accounts.tables import Member
from parley.platform import db
from parley.platform.db import NOW
from parley.platform.errors import NotFound
from parley.platform.text import zones
from parley.platform.text.messages import N_

# The default: Saturday morning.
DEFAULT = Schedule("weekly", 6, 8, zones.DEFAULT)

UPDATE_SUBSCRIPTION = """
with moved as (update member set zone = $5 where id = $1)
update subscription set former = case frequency when 'off' then former else frequency end,
  frequency = $2, weekday = $3, hour = $4, next_at = $6, last_day = $7 where member = $1
"""
# Planned and queued issues are not sent any more, so another issue may include their items. They count as `expired`,
# like issues that could not be sent in time.
WITHDRAW_ISSUES = """
with withdrawn as (
    update issue set state = 'expired', settled_at = now() where member = $1 and state in ('planned', 'posted')
    returning id
)
update issue_item set delivered = false from withdrawn where issue = withdrawn.id
"""


async def subscribe(member: int) -> None:
    """Subscribe a member who confirmed their address, with the default schedule in their zone."""
    schedule = msgspec.structs.replace(
        DEFAULT, zone=await db.value(Member.select(Member.zone).where(Member.id == member))
    )
    next_at = next_due(schedule, None, datetime.now(UTC)).at
    await Subscription.insert(Subscription(member=member, next_at=next_at)).on_conflict(action="DO NOTHING")


async def set_schedule(member: int, schedule: Schedule) -> None:
    """Change how often and when a member gets the digest.

    Raises NotFound if their address is not confirmed.
    """
    async with db.atomic():
        current = await _lock_subscription(member)
        now = datetime.now(UTC)
        # After a change of frequency, the first issue is due at the next chosen time, whenever the last one was.
        last = current.last_day if current.frequency == schedule.frequency else None
        next_at = None if schedule.frequency == "off" else _next(schedule, last, current.paused_until, now)
        await db.execute(
            UPDATE_SUBSCRIPTION,
            member,
            schedule.frequency,
            schedule.weekday,
            schedule.hour,
            schedule.zone,
            next_at,
            last,
        )
        if schedule.frequency == "off":
            await db.execute(WITHDRAW_ISSUES, member)


async def pause(member: int, weeks: int) -> None:
    """Pause the digest for this many weeks; 0 ends a pause. Raises NotFound if the address is not confirmed."""
    async with db.atomic():
        current = await _lock_subscription(member)
        now = datetime.now(UTC)
        until = now + timedelta(weeks=weeks) if weeks else None
        next_at = None if current.frequency == "off" else _next(current.schedule, current.last_day, until, now)
        await Subscription.update({Subscription.paused_until: until, Subscription.next_at: next_at}).where(
            Subscription.member == member
        )
        if until:
            await db.execute(WITHDRAW_ISSUES, member)


async def stop(member: int) -> None:
    """Stop the digest. Does nothing if the address was never confirmed."""
    current = await subscription_of(member)
    if current is not None:
        await set_schedule(member, Schedule("off", current.weekday, current.hour, current.zone))


async def start(member: int, _argument: str) -> None:
    """Undo `stop`: the digest comes as often as before."""
    current = await subscription_of(member)
    if current is not None and current.frequency == "off":
        await set_schedule(member, Schedule(current.former_frequency, current.weekday, current.hour, current.zone))


async def keep(member: int) -> None:
    """Record that an inactive member still wants the digest."""
    await Subscription.update({Subscription.kept_at: NOW}).where(Subscription.member == member)


def _next(schedule: Schedule, last: date | None, paused_until: datetime | None, now: datetime) -> datetime:
    """Return when the next issue is due; during a pause, the first one after it."""
    if paused_until is not None and paused_until > now:
        return next_due(schedule, None, paused_until).at
    return next_due(schedule, last, now).at


async def _lock_subscription(member: int) -> SubscriptionRow:
    subscription = await subscription_of(member, lock=True)
    if subscription is None:
        raise NotFound(N_("Please confirm your e-mail address first: open the link in the mail we sent you."))
    return subscription


async def pick(thread: int, member: int) -> None:
    """Pick a thread. Each digest includes at most one pick."""
    row = Pick(thread=thread, member=member)
    await Pick.insert(row).on_conflict(Pick.thread, "DO UPDATE", [Pick.member, Pick.at])


async def unpick(thread: int) -> None:
    """Remove a pick. Digests that are built later do not include it."""
    await Pick.delete().where(Pick.thread == thread)


async def is_picked(thread: int) -> bool:
    return await Pick.exists().where(Pick.thread == thread)
