"""The time that figures are about, in days or weeks."""

from datetime import UTC, datetime, timedelta

import msgspec

# So many days can be looked back at, and what they are called.
CHOICES = {7: "week", 30: "month", 84: "twelve weeks", 365: "year"}
USUAL, FIRST_WEEKS = 84, 14
# Up to here figures go by days, above by weeks.
MOST_BY_DAY = 31


class Period(msgspec.Struct, frozen=True):
    """The beginnings of the days or weeks (`grain`) that are looked at; the last one still goes on."""

    grain: str
    starts: list[datetime]

    @property
    def since(self) -> datetime:
        return self.starts[0]

    @property
    def labels(self) -> list[str]:
        """What each part is called."""
        of = "" if self.grain == "day" else "week of "
        return [f"{of}{short(start)}" for start in self.starts]


def period(days: int, now: datetime) -> Period:
    """The last `days`, from midnight or from a Monday, UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if days <= MOST_BY_DAY:
        return Period("day", [today - timedelta(days=back) for back in range(days - 1, -1, -1)])
    monday = today - timedelta(days=today.weekday())
    return Period("week", [monday - timedelta(weeks=back) for back in range(-(-days // 7) - 1, -1, -1)])


def usual(first: datetime | None, now: datetime) -> Period:
    """What the overview looks at: twelve weeks, or a fortnight of days where there is less than a month to see."""
    young = first is None or now - first < timedelta(days=MOST_BY_DAY)
    return period(FIRST_WEEKS if young else USUAL, now)


def short(moment: datetime) -> str:
    return f"{moment.day} {moment:%b}"
