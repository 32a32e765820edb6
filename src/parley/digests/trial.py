"""What a run would do now, counted and not done."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from parley.core import db
from parley.digests import building
from parley.digests import items as digests_items
from parley.digests.letters import Edition
from parley.digests.planning import step
from parley.digests.queries import EDITION, SUBSCRIBED, Subscribed
from parley.digests.selection import Pool
from parley.digests.shared_candidates import offered

DUE = f"{SUBSCRIBED} where s.next_at <= $1 and s.member > $2 order by s.member limit $3"
COUNT = "select count(*) from subscription where next_at <= $1"
PLANNED = f"{EDITION} where i.state = 'planned' and i.list = 'digest' and i.id > $1 order by i.id limit $2"
COUNT_PLANNED = "select count(*) from issue where state = 'planned' and list = 'digest'"


class TrialResult(msgspec.Struct):
    """How many issues are due, how many of them would be letters, with how many items, and how many are questions."""

    due: int = 0
    letters: int = 0
    items: int = 0
    empty: int = 0
    asked: int = 0


async def run(now: datetime, progress: Callable[[int, int], object]) -> TrialResult:
    """Count what planning and building would do now; `progress` is told how many more were looked at, and of how many.

    Issues that are planned already and wait for their minute are counted too.
    """
    found, pool = TrialResult(), await offered(now)
    total = await db.value(COUNT, now) + await db.value(COUNT_PLANNED)
    last = 0
    while batch := await db.fetch(Subscribed, DUE, now, last, building.BATCH):
        steps = [step(one, now) for one in batch]
        found.asked += sum(one.list == "keep" for one in steps)
        digests = [
            one.edition(next_.period, now) for one, next_ in zip(batch, steps, strict=True) if next_.list == "digest"
        ]
        await _count(found, digests, pool, now)
        last = batch[-1].member
        progress(len(batch), total)
    last = 0
    while planned := await db.fetch(Edition, PLANNED, last, building.BATCH):
        await _count(found, planned, pool, now)
        last = planned[-1].id
        progress(len(planned), total)
    found.due = found.letters + found.empty + found.asked
    return found


async def _count(found: TrialResult, editions: list[Edition], pool: Pool, now: datetime) -> None:
    chosen = await building.choose(editions, pool, now)
    told = await digests_items.of_choice([(place, one.member, chosen[place]) for place, one in enumerate(editions)])
    found.letters += len(told)
    found.items += sum(len(one) for one in told.values())
    found.empty += len(editions) - len(told)
