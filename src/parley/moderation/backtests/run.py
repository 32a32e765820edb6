"""Running a back-test: each comment of the last thirty days is judged by the functions that judge new comments."""

import asyncio
from datetime import datetime
from random import Random

import msgspec

from parley.moderation.backtests.agreement import COUNT_NEW, SELECT_AGREEMENT
from parley.moderation.backtests.costs import Cost, costliest
from parley.moderation.backtests.history import DAY, SELECT_IDS, SELECT_ROWS, EarlierComment, History
from parley.moderation.matching.evaluate import ActiveRule, match
from parley.platform import db

DAYS, WEEK = 30, 7
# Even the costliest rule that may be on judges so many of the longest comments within the minute after which another
# worker takes over.
BATCH = 200
SAMPLES = 12

UPDATE_PROGRESS = "update backtest set done = $2, total = $3, changed_at = clock_timestamp() where id = $1"


class Result(msgspec.Struct):
    """What a rule would have matched in thirty days, of which the last seven count as `week`.

    `new_hits`: of `week_hits`, those that it did not match when they were posted, without what moderators restricted.
    `right`, `wrong`: matched comments that moderators restricted, and those that they approved. `days`: hits per day,
    oldest first. `samples`: ids of some matched comments. `costliest`: the highest cost per kilobyte.
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
    for agreement in await db.fetch(Agreement, SELECT_AGREEMENT, hits):
        result.right, result.wrong = agreement.right, agreement.wrong
    result.hits = len(hits)
    result.new_hits = await db.value(COUNT_NEW, hits, rule.id, rule.version, until)
    result.costliest = await costliest(rule)
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
