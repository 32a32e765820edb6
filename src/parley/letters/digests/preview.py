"""A preview of a member's next issue. Nothing is stored."""

from datetime import datetime

import msgspec

from parley.letters.digest_selection.shared_candidates import shared_candidates
from parley.letters.digests import items, letters, verdicts
from parley.letters.digests.building import choose_items
from parley.letters.digests.queries import SubscriptionRow
from parley.letters.digests.schedule import DueIssue, Schedule, next_due
from parley.letters.digests.words import IssueView, lay_out
from parley.people.mail import Letter


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
    chosen = await choose_items([issue], await shared_candidates(now), now)
    included = (await items.read_chosen([(0, subscription.member, chosen[0])])).get(0)
    if not included:
        return DigestPreview(due, None, None)
    verdicts_of_week = await verdicts.of_week(issue, now)
    return DigestPreview(due, lay_out(included, schedule.zone, now), letters.digest(issue, included, verdicts_of_week))


def _due(subscription: SubscriptionRow, schedule: Schedule, now: datetime) -> DueIssue | None:
    if schedule.frequency == "off":
        return None
    if subscription.paused_until is not None and subscription.is_paused(now):
        return next_due(schedule, None, subscription.paused_until)
    return next_due(schedule, subscription.last_day if subscription.frequency == schedule.frequency else None, now)
