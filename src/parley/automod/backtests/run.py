"""The back-test of a rule: every comment of the last thirty days, judged again by the functions that judge new ones."""

from datetime import datetime
from random import Random

import msgspec

from parley.automod.backtests.costs import Cost, costliest
from parley.automod.backtests.history import DAY, IDS, ROWS, History, PastComment
from parley.automod.backtests.verdicts import VERDICTS
from parley.automod.rules.evaluate import ActiveRule, match
from parley.core import db

DAYS, WEEK = 30, 7
BATCH = 1_000
SAMPLES = 12

SAY = "update backtest set done = $2, total = $3, changed_at = clock_timestamp() where id = $1"


class Result(msgspec.Struct):
    """What a rule would have done: of how many comments, on which days, and what became of those it hit.

    `right` and `wrong`: what moderators took away of what it hit, and what they left. `costliest`: the text on which
    it took longest for its size.
    """

    comments: int = 0
    hits: int = 0
    week: int = 0
    week_hits: int = 0
    right: int = 0
    wrong: int = 0
    days: list[int] = msgspec.field(default_factory=lambda: [0] * DAYS)
    samples: list[int] = []
    costliest: Cost = Cost()


class Verdicts(msgspec.Struct, frozen=True):
    right: int
    wrong: int


async def run(number: int, rule: ActiveRule, until: datetime) -> Result:
    """Judge the comments of thirty days until then, saying in the back-test's row how far it is."""
    result, hits = Result(), list[int]()
    past, ids = History(rule), await db.values(IDS, until)
    await past.begin(until)
    for start in range(0, len(ids), BATCH):
        rows = await db.fetch(PastComment, ROWS, ids[start : start + BATCH])
        hits += _judge(rule, past, rows, result, until.timestamp())
        await db.execute(SAY, number, min(start + BATCH, len(ids)), len(ids))
    for found in await db.fetch(Verdicts, VERDICTS, hits):
        result.right, result.wrong = found.right, found.wrong
    result.hits = len(hits)
    result.costliest = await costliest(rule)
    result.samples = sorted(Random(number).sample(hits, min(SAMPLES, len(hits))), reverse=True)  # noqa: S311 no secret
    return result


def _judge(rule: ActiveRule, past: History, rows: list[PastComment], result: Result, until: float) -> list[int]:
    """The comments that the rule hits, counted by day in `result`."""
    hits = []
    for row in rows:
        if row.judged:
            day = max(0, DAYS - 1 - int((until - row.at) // DAY))
            in_week = day >= DAYS - WEEK
            result.comments += 1
            result.week += in_week
            if match(rule, past.post(row)) is not None:
                hits.append(row.id)
                result.days[day] += 1
                result.week_hits += in_week
        past.add(row)
    return hits
