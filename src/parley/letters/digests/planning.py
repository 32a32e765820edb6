"""Planning: creating each issue once when it is due, and asking inactive members whether they still want the digest."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from parley.letters.digest_selection.rules import INACTIVE_DAYS
from parley.letters.digests.queries import SELECT_SUBSCRIBED, SubscriptionRow
from parley.letters.digests.schedule import Schedule, jitter, next_due
from parley.platform import db
from parley.platform.events import attempts

BATCH = 500
SELECT_DUE_SUBSCRIPTIONS = f"""
{SELECT_SUBSCRIBED} where s.next_at <= $1 and {attempts.due("issues to plan", "s.member")}
order by s.next_at, s.member limit $2 for update of s skip locked
"""

# Another worker may have planned the same issue.
INSERT_ISSUES = """
insert into issue (member, list, period, due_at, planned_at)
select *, now() from unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[])
on conflict (member, list, period) do nothing
"""
UPDATE_SUBSCRIPTIONS = """
update subscription s set next_at = n.next_at, last_day = n.last_day, asked_at = n.asked_at
from unnest($1::bigint[], $2::timestamptz[], $3::date[], $4::timestamptz[]) n(member, next_at, last_day, asked_at)
where s.member = n.member
"""


class PlanStep(msgspec.Struct, frozen=True):
    """The next state of a subscription and, if an issue is due now, which letter it is (`list`) and its period."""

    member: int
    next_at: datetime
    last_day: date | None
    asked_at: datetime | None
    list: str | None = None
    period: str = ""


async def plan(now: datetime) -> int:
    """Plan the issues that are due for a batch of members, and return how many members there were."""
    async with db.atomic():
        due = await db.fetch(SubscriptionRow, SELECT_DUE_SUBSCRIPTIONS, now, BATCH)
        await attempts.in_halves("issues to plan", due, lambda some: _plan(some, now), key=lambda row: row.member)
    return len(due)


async def _plan(due: Sequence[SubscriptionRow], now: datetime) -> None:
    steps = [step(subscription, now) for subscription in due]
    await _write([issue for issue in steps if issue.list is not None], steps, now)


def step(subscription: SubscriptionRow, now: datetime) -> PlanStep:
    """Return the next state of a subscription that is due."""
    schedule = subscription.schedule
    if subscription.is_paused(now):
        resumed = subscription.paused_until or now
        next_at = next_due(schedule, None, resumed).at
        return PlanStep(subscription.member, next_at, subscription.last_day, subscription.asked_at)
    last_day = subscription.last_day or _day_before(schedule, subscription.next_at or now)
    due = next_due(schedule, last_day, now)
    if due.at > now:
        # Its day or week passed during an outage: wait for the next one.
        return PlanStep(subscription.member, due.at, subscription.last_day, subscription.asked_at)
    letter, asked_at = _list(subscription, now)
    next_at = next_due(schedule, due.day, now).at
    return PlanStep(subscription.member, next_at, due.day, asked_at, letter, due.period)


def _list(subscription: SubscriptionRow, now: datetime) -> tuple[str | None, datetime | None]:
    """Return which letter is due, and when the member was last asked; an inactive member is asked once."""
    if not subscription.may_receive:
        return None, subscription.asked_at
    if now - subscription.last_active_at <= timedelta(days=INACTIVE_DAYS):
        return "digest", subscription.asked_at
    if subscription.asked_at is None or subscription.asked_at < subscription.last_active_at:
        return "keep", now
    return None, subscription.asked_at


def _day_before(schedule: Schedule, at: datetime) -> date:
    """Return a day in the period before the member's first issue, which is due at `at`."""
    due = next_due(schedule, None, at - timedelta(microseconds=1))
    return due.day - timedelta(days=1 if schedule.frequency == "daily" else 7)


async def _write(planned: Sequence[PlanStep], steps: Sequence[PlanStep], now: datetime) -> None:
    if planned:
        await db.execute(
            INSERT_ISSUES,
            [issue.member for issue in planned],
            [issue.list for issue in planned],
            [issue.period for issue in planned],
            [now + jitter(issue.member, issue.period) for issue in planned],
        )
    if steps:
        await db.execute(
            UPDATE_SUBSCRIPTIONS,
            [subscription.member for subscription in steps],
            [subscription.next_at for subscription in steps],
            [subscription.last_day for subscription in steps],
            [subscription.asked_at for subscription in steps],
        )
