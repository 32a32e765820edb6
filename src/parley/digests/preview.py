"""The next issue of a member as it would be now. Nothing is written."""

from datetime import datetime

import msgspec

from parley.digests import items, letters
from parley.digests.building import choose
from parley.digests.queries import Subscribed
from parley.digests.schedule import DueIssue, Wish, next_due
from parley.digests.shared_candidates import offered
from parley.digests.words import IssueView, lay_out
from parley.mail import Letter


class Preview(msgspec.Struct, frozen=True):
    """When the next issue is due (None: the digest is off), and what it would tell now (None: nothing)."""

    due: DueIssue | None
    reading: IssueView | None
    letter: Letter | None


async def next_issue(one: Subscribed, wish: Wish, now: datetime) -> Preview:
    """The next issue of a member, if they had the digest by `wish`."""
    due = _due(one, wish, now)
    edition = msgspec.structs.replace(one.edition(due.period if due else "", now), zone=wish.zone, weekday=wish.weekday)
    chosen = await choose([edition], await offered(now), now)
    told = (await items.of_choice([(0, one.member, chosen[0])])).get(0)
    if not told:
        return Preview(due, None, None)
    return Preview(due, lay_out(told, wish.zone, now), letters.digest(edition, told))


def _due(one: Subscribed, wish: Wish, now: datetime) -> DueIssue | None:
    if wish.frequency == "off":
        return None
    if one.paused_until is not None and one.is_paused(now):
        return next_due(wish, None, one.paused_until)
    return next_due(wish, one.last_day if one.frequency == wish.frequency else None, now)
