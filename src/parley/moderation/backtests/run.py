"""Running a back-test: each comment of the last thirty days is judged by the functions that judge new comments."""

import asyncio
from datetime import datetime
from random import Random

import msgspec

from parley.moderation.backtests.costs import Cost, costliest, longest_comments
from parley.moderation.backtests.history import DAY, SELECT_IDS, SELECT_ROWS, EarlierComment, History
from parley.moderation.matching.evaluate import ActiveRule, match
from parley.moderation.matching.facts import RESTRICTS
from parley.platform import db

DAYS, WEEK = 30, 7
# The costliest rule that may be on judges a batch of the longest comments in less than a minute. After a minute without
# progress another worker takes over.
BATCH = 200
SAMPLES = 12
# The comments that a moderator decided on. `is_right`: the last decision was a restriction, on the ground `guideline`,
# and was not overturned. One on another ground than the rule's says nothing about the rule (ON_GROUND).
SELECT_DECIDED = f"""
select distinct on (i.target) i.target as comment, d.guideline,
       d.state <> 'overturned' and d.action in {RESTRICTS} as is_right
from queue_item i join decision d on d.item = i.id
where i.kind = 'comment' and d.moderator is not null and d.state in ('in_force', 'ended', 'overturned')
  and (d.action in {RESTRICTS} or d.action in ('approve', 'restore'))
order by i.target, d.id desc
"""  # noqa: S608 constants only
ON_GROUND = "(not d.is_right or d.guideline = {ground})"
# Of the comments that version $3 of rule $2 matches, those of the week before $4 that it did not match when they were
# posted, and that no moderator restricted since.
COUNT_NEW = f"""
select count(*) from comment c
where c.id = any($1::bigint[]) and c.created_at > $4::timestamptz - interval '7 days'
  and not exists (select from hit h where h.comment = c.id and h.rule = $2 and h.version = $3)
  and not exists (select from ({SELECT_DECIDED}) d where d.comment = c.id and d.is_right)
"""  # noqa: S608 constants only
SELECT_AGREEMENT = f"""
select count(*) filter (where is_right) as right, count(*) filter (where not is_right) as wrong
from ({SELECT_DECIDED}) d where comment = any($1::bigint[]) and {ON_GROUND.format(ground="$2")}
"""  # noqa: S608 constants only
UPDATE_PROGRESS = "update backtest set done = $2, total = $3, changed_at = clock_timestamp() where id = $1"


class Result(msgspec.Struct):
    """What a rule would have matched in thirty days, of which the last seven count as `week`.

    `new_hits`: of `week_hits`, those that it did not match when they were posted and that moderators did not restrict.
    `right`, `wrong`: matched comments that moderators restricted on the rule's ground, and those that they approved.
    `days`: hits per day, oldest first. `samples`: ids of some matched comments. `costliest`: the highest cost per
    kilobyte.
    """

    comments: int = 0
    hits: int = 0
    week: int = 0
    week_hits: int = 0
    new_hits: int = 0
    right: int = 0
    wrong: int = 0
    days: list[int] = msgspec.field(default_factory=lambda: [0] * DAYS)
    samples: list[int] = []
    costliest: Cost = Cost()


class Agreement(msgspec.Struct, frozen=True):
    right: int
    wrong: int


async def run(number: int, rule: ActiveRule, until: datetime) -> Result:
    """Judge the comments of the thirty days before `until`, updating the progress in the back-test's row."""
    result, hits = Result(), list[int]()
    history, ids = History(rule), await db.values(SELECT_IDS, until)
    await history.load(until)
    for start in range(0, len(ids), BATCH):
        rows = await db.fetch(EarlierComment, SELECT_ROWS, ids[start : start + BATCH])
        # In a thread, so that the worker's other jobs go on.
        hits += await asyncio.to_thread(_judge, rule, history, rows, result, until.timestamp())
        await db.execute(UPDATE_PROGRESS, number, min(start + BATCH, len(ids)), len(ids))
    for agreement in await db.fetch(Agreement, SELECT_AGREEMENT, hits, rule.guideline):
        result.right, result.wrong = agreement.right, agreement.wrong
    result.hits = len(hits)
    result.new_hits = await db.value(COUNT_NEW, hits, rule.id, rule.version, until)
    result.costliest = await costliest(rule, await longest_comments())
    result.samples = sorted(Random(number).sample(hits, min(SAMPLES, len(hits))), reverse=True)  # noqa: S311 no secret
    return result


def _judge(rule: ActiveRule, history: History, rows: list[EarlierComment], result: Result, until: float) -> list[int]:
    """The ids of the comments that the rule matches, counted in `result`."""
    hits = []
    for row in rows:
        if row.judged:
            day = max(0, DAYS - 1 - int((until - row.at) // DAY))
            in_week = day >= DAYS - WEEK
            result.comments += 1
            result.week += in_week
            if match(rule, history.post(row)) is not None:
                hits.append(row.id)
                result.days[day] += 1
                result.week_hits += in_week
        history.add(row)
    return hits
