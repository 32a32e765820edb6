"""What planning and building would make now: a member's next issue, and how many issues. Nothing is stored."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from parley.letters.digests import items, letters
from parley.letters.digests.jobs import BUILT_AT_ONCE, step
from parley.letters.digests.queries import SELECT_ISSUE, SELECT_SUBSCRIBED, IssueRow, SubscriptionRow
from parley.letters.digests.schedule import DueIssue, Schedule, next_due
from parley.letters.digests.tables import Issue, Subscription
from parley.letters.digests.words import IssueView, lay_out
from parley.letters.news.candidates import SharedCandidates
from parley.letters.news.queries import shared_candidates
from parley.people.mail import Letter
from parley.platform import db

SELECT_DUE_SUBSCRIPTIONS = f"{SELECT_SUBSCRIBED} where s.next_at <= $1 and s.member > $2 order by s.member limit $3"
SELECT_PLANNED = f"{SELECT_ISSUE} where i.state = 'planned' and i.list = 'digest' and i.id > $1 order by i.id limit $2"


class DigestPreview(msgspec.Struct, frozen=True):
    """When the next issue is due (None if the digest is off), and how it would look now (None if it would be empty)."""

    due: DueIssue | None
    issue_view: IssueView | None
    letter: Letter | None


async def next_issue(subscription: SubscriptionRow, schedule: Schedule, now: datetime) -> DigestPreview:
    """Return a member's next issue, as if they had chosen `schedule`."""
    due = _due(subscription, schedule, now)
    issue = msgspec.structs.replace(
        subscription.issue(due.period if due else "", now), zone=schedule.zone, weekday=schedule.weekday
    )
    chosen = await items.choose([issue], await shared_candidates(now), now)
    included = (await items.read_chosen([(0, subscription.member, chosen[0])])).get(0)
    if not included:
        return DigestPreview(due, None, None)
    verdicts_of_week = await letters.verdicts_of_week(issue, now)
    return DigestPreview(due, lay_out(included, schedule.zone, now), letters.digest(issue, included, verdicts_of_week))


def _due(subscription: SubscriptionRow, schedule: Schedule, now: datetime) -> DueIssue | None:
    if schedule.frequency == "off":
        return None
    if subscription.paused_until is not None and subscription.is_paused(now):
        return next_due(schedule, None, subscription.paused_until)
    return next_due(schedule, subscription.last_day if subscription.frequency == schedule.frequency else None, now)


class DryRunResult(msgspec.Struct):
    """How many issues are due: letters with their items, empty ones, and questions."""

    due: int = 0
    letters: int = 0
    items: int = 0
    empty: int = 0
    asked: int = 0


async def count_due(now: datetime, progress: Callable[[int, int], object]) -> DryRunResult:
    """Count what planning and building would do now, including issues that are planned already.

    `progress` is called with the size of each batch and the total.
    """
    result, shared = DryRunResult(), await shared_candidates(now)
    planned_before = await Issue.count().where((Issue.state == "planned") & (Issue.list == "digest"))
    total = planned_before + await Subscription.count().where(Subscription.next_at <= now)
    last = 0
    while batch := await db.fetch(SubscriptionRow, SELECT_DUE_SUBSCRIPTIONS, now, last, BUILT_AT_ONCE):
        steps = [step(subscription, now) for subscription in batch]
        result.asked += sum(planned.list == "keep" for planned in steps)
        digests = [
            subscription.issue(planned.period, now)
            for subscription, planned in zip(batch, steps, strict=True)
            if planned.list == "digest"
        ]
        await _count(result, digests, shared, now)
        last = batch[-1].member
        progress(len(batch), total)
    last = 0
    while issues := await db.fetch(IssueRow, SELECT_PLANNED, last, BUILT_AT_ONCE):
        await _count(result, issues, shared, now)
        last = issues[-1].id
        progress(len(issues), total)
    result.due = result.letters + result.empty + result.asked
    return result


async def _count(result: DryRunResult, issues: list[IssueRow], shared: SharedCandidates, now: datetime) -> None:
    chosen = await items.choose(issues, shared, now)
    included = await items.read_chosen([(index, issue.member, chosen[index]) for index, issue in enumerate(issues)])
    result.letters += len(included)
    result.items += sum(map(len, included.values()))
    result.empty += len(issues) - len(included)
