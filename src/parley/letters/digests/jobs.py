"""The worker's job for digests: it plans the issues that are due, chooses their items, and queues the letters.

A letter is rendered when it is sent (mailing.py: render).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from parley.letters.digests import items, letters
from parley.letters.digests.queries import SELECT_ISSUE, SELECT_RECIPIENTS, SELECT_SUBSCRIBED, IssueRow, SubscriptionRow
from parley.letters.digests.schedule import Schedule, jitter, next_due
from parley.letters.digests.tables import Issue
from parley.letters.news.candidates import SharedCandidates
from parley.letters.news.queries import shared_candidates
from parley.letters.news.rules import EXPIRES_HOURS, INACTIVE_DAYS
from parley.people import mail
from parley.platform import db
from parley.platform.events import attempts

# Members whose issues are planned in one transaction, and issues that are built in one.
PLANNED_AT_ONCE, BUILT_AT_ONCE = 500, 250

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
# One issue per member at a time, since two that are built at once could include the same item. An expired issue, which
# may be one that could not be built, holds up no other.
CLAIM_ISSUES = f"""
{SELECT_ISSUE} where i.state = 'planned' and i.due_at <= $1
  and not exists (select from issue e where e.member = i.member and e.state = 'planned' and e.id < i.id
                  and e.due_at > $1::timestamptz - interval '{EXPIRES_HOURS} hours')
  and {attempts.due("issues to build", "i.id")}
order by i.due_at, i.id limit $2 for update of i skip locked
"""
SETTLE_ISSUES = """
update issue i set state = n.state, mail = n.mail, settled_at = case when n.mail is null then now() end
from unnest($1::bigint[], $2::text[], $3::bigint[]) n(id, state, mail) where i.id = n.id
"""


async def run() -> int:
    """Plan the issues that are due, build the planned ones, and return how many were built."""
    now = datetime.now(UTC)
    while await plan(now):
        pass
    return await build_all(now)


async def build_all(now: datetime) -> int:
    """Build all issues that are due, in batches. The shared candidates are read once."""
    if not await Issue.exists().where((Issue.state == "planned") & (Issue.due_at <= now)):
        return 0
    shared = await shared_candidates(now)
    built = 0
    while batch := await build(now, shared):
        built += batch
    return built


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
        due = await db.fetch(SubscriptionRow, SELECT_DUE_SUBSCRIPTIONS, now, PLANNED_AT_ONCE)
        await attempts.in_halves("issues to plan", due, lambda some: _plan(some, now), key=lambda row: row.member)
    return len(due)


async def _plan(due: Sequence[SubscriptionRow], now: datetime) -> None:
    steps = [step(subscription, now) for subscription in due]
    if issues := [
        (planned.member, planned.list, planned.period, now + jitter(planned.member, planned.period))
        for planned in steps
        if planned.list is not None
    ]:
        await db.execute(INSERT_ISSUES, *zip(*issues, strict=True))
    rows = [(planned.member, planned.next_at, planned.last_day, planned.asked_at) for planned in steps]
    await db.execute(UPDATE_SUBSCRIPTIONS, *zip(*rows, strict=True))


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
    if subscription.is_answered:
        return "keep", now
    return None, subscription.asked_at


def _day_before(schedule: Schedule, at: datetime) -> date:
    """Return a day in the period before the member's first issue, which is due at `at`."""
    due = next_due(schedule, None, at - timedelta(microseconds=1))
    return due.day - timedelta(days=1 if schedule.frequency == "daily" else 7)


async def build(now: datetime, shared: SharedCandidates) -> int:
    """Build a batch of due issues, and return how many there were."""
    async with db.atomic():
        issues = await db.fetch(IssueRow, CLAIM_ISSUES, now, BUILT_AT_ONCE)
        await attempts.in_halves(
            "issues to build", issues, lambda some: _build(some, now, shared), key=lambda issue: issue.id
        )
    return len(issues)


async def _build(issues: Sequence[IssueRow], now: datetime, shared: SharedCandidates) -> None:
    recipients = set(await db.values(SELECT_RECIPIENTS, [issue.member for issue in issues], now))
    oldest_due = now - timedelta(hours=EXPIRES_HOURS)
    in_time = [issue for issue in issues if issue.member in recipients and issue.due_at > oldest_due]
    digests = [issue for issue in in_time if issue.list == "digest"]
    chosen = await items.choose(digests, shared, now)
    included = await items.read_chosen(
        [(issue.id, issue.member, chosen_items) for issue, chosen_items in zip(digests, chosen, strict=True)]
    )
    await items.put(item for chosen_items in included.values() for item in chosen_items)
    posted = [letters.queued_letter(issue) for issue in in_time if issue.list == "keep" or issue.id in included]
    mails = dict(zip((letter.key for letter in posted), await mail.post_all(posted), strict=True))
    await _record(issues, mails)


async def _record(issues: Sequence[IssueRow], mails: dict[str, int]) -> None:
    """Record which issues were queued.

    The others are settled as `empty`: there is nothing to send, it is no longer wanted, or it is too late.
    """
    posted = [mails.get(letters.key(issue)) or None for issue in issues]
    states = ["posted" if mail_id else "empty" for mail_id in posted]
    await db.execute(SETTLE_ISSUES, [issue.id for issue in issues], states, posted)
