"""What a run would do now, counted and not done."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from parley.core import db
from parley.digests import building, items
from parley.digests.offering import offered
from parley.digests.planning import step
from parley.digests.queries import SUBSCRIBED, Subscribed
from parley.digests.selection import Pool

DUE = f"{SUBSCRIBED} where s.next_at <= $1 and s.member > $2 order by s.member limit $3"
COUNT = "select count(*) from subscription where next_at <= $1"
PLANNED = (
    "select member from issue where state = 'planned' and list = 'digest' and member > $1 order by member limit $2"
)
COUNT_PLANNED = "select count(*) from issue where state = 'planned' and list = 'digest'"


class Found(msgspec.Struct):
    """How many issues are due, how many of them would be letters, with how many items, and how many are questions."""

    due: int = 0
    letters: int = 0
    items: int = 0
    empty: int = 0
    asked: int = 0


async def run(now: datetime, progress: Callable[[int, int], object]) -> Found:
    """Count what planning and building would do now; `progress` is told how many more were looked at, and of how many.

    Issues that are planned already and wait for their minute are counted too.
    """
    found, pool = Found(), await offered(now)
    total = await db.value(COUNT, now) + await db.value(COUNT_PLANNED)
    last = 0
    while batch := await db.fetch(Subscribed, DUE, now, last, building.BATCH):
        steps = [step(one, now) for one in batch]
        found.asked += sum(one.list == "keep" for one in steps)
        await _count(found, [one.member for one in steps if one.list == "digest"], pool, now)
        last = batch[-1].member
        progress(len(batch), total)
    last = 0
    while members := await db.values(PLANNED, last, building.BATCH):
        await _count(found, members, pool, now)
        last = members[-1]
        progress(len(members), total)
    found.due = found.letters + found.empty + found.asked
    return found


async def _count(found: Found, members: list[int], pool: Pool, now: datetime) -> None:
    chosen = await building.choose(members, pool, now)
    told = await items.of_choice([(place, member, chosen[place]) for place, member in enumerate(members)])
    found.letters += len(told)
    found.items += sum(len(one) for one in told.values())
    found.empty += len(members) - len(told)
