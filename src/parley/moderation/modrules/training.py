"""The last training of the score, as the page of a rule that uses it shows it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from parley.moderation.matching.score import AT, ScoreMetrics
from parley.platform import db

SELECT_LAST_TRAINING = """
select weights is not null as taken, spam, harmless, figures::text as raw, created_at
from spam_training order by id desc limit 1
"""


class ThresholdRow(msgspec.Struct, frozen=True):
    """What scores of at least `percent` find: of the advertising, and of what is none."""

    percent: int
    caught: int
    wrong: int

    @property
    def precision(self) -> float | None:
        """The share of advertising in what is found."""
        matched = self.caught + self.wrong
        return self.caught / matched if matched else None


class Training(msgspec.Struct, frozen=True):
    """A training: what it learned, whether its weights came into force, and how those in force then judged others."""

    taken: bool
    spam: int
    harmless: int
    raw: str
    created_at: datetime

    @property
    def figures(self) -> ScoreMetrics:
        return msgspec.json.decode(self.raw, type=ScoreMetrics)

    @property
    def thresholds(self) -> Iterator[ThresholdRow]:
        """Yield a row for each score, the lowest first."""
        figures = self.figures
        for at, caught, wrong in zip(AT, figures.caught, figures.wrong, strict=True):
            yield ThresholdRow(round(100 * at), caught, wrong)


async def last_training() -> Training | None:
    return await db.fetch_one(Training, SELECT_LAST_TRAINING)
