"""Counts the letters and items that planning and building would make now."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from parley.letters.digest_selection.candidates import SharedCandidates
from parley.letters.digest_selection.shared_candidates import shared_candidates
from parley.letters.digests import building, items
from parley.letters.digests.letters import IssueRow
from parley.letters.digests.planning import step
from parley.letters.digests.queries import SELECT_ISSUE, SELECT_SUBSCRIBED, SubscriptionRow
from parley.letters.digests.tables import Issue, Subscription
from parley.platform import db

SELECT_DUE_SUBSCRIPTIONS = f"{SELECT_SUBSCRIBED} where s.next_at <= $1 and s.member > $2 order by s.member limit $3"
SELECT_PLANNED = f"{SELECT_ISSUE} where i.state = 'planned' and i.list = 'digest' and i.id > $1 order by i.id limit $2"


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
    while batch := await db.fetch(SubscriptionRow, SELECT_DUE_SUBSCRIPTIONS, now, last, building.BATCH):
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
    while issues := await db.fetch(IssueRow, SELECT_PLANNED, last, building.BATCH):
        await _count(result, issues, shared, now)
        last = issues[-1].id
        progress(len(issues), total)
    result.due = result.letters + result.empty + result.asked
    return result


async def _count(result: DryRunResult, issues: list[IssueRow], shared: SharedCandidates, now: datetime) -> None:
    chosen = await building.choose_items(issues, shared, now)
    included = await items.read_chosen([(index, issue.member, chosen[index]) for index, issue in enumerate(issues)])
    result.letters += len(included)
    result.items += sum(map(len, included.values()))
    result.empty += len(issues) - len(included)
